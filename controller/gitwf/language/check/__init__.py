"""What can be seen of a program without running it."""
