"""Jobs on machines that are reached over SSH: POSIX `sh` there, nothing installed, everything adopted."""
