"""The pre-commit entries, and the git hooks that they install."""
