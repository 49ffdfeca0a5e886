"""Coding agents as steps: whose program is called how, in which worktree, and whether to believe it."""
