"""Jobs on machines that are reached over SSH: POSIX `sh` there, nothing installed, everything adopted.

PyYAML is imported before paramiko, which has `invoke` import `yaml._yaml`: two threads that import that and `yaml` at
once wait for each other, and Python gives one of them a module that is not there yet.
"""

import yaml  # noqa: F401
