"""The formatter: a file that means the same, written as all files are written."""
