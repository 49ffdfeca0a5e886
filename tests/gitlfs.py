"""The `git-lfs` program, for tests of files that it keeps."""

from __future__ import annotations

import shutil

import pytest

needs_git_lfs = pytest.mark.skipif(
    shutil.which("git-lfs") is None, reason="there is no git-lfs here"
)
