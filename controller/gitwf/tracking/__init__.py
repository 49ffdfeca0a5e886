"""Runs in MLflow: what a run tells is put down in a folder, and a process beside brings it there."""
