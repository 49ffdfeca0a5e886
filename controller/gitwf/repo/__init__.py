"""Git plumbing: the repository, its objects, refs and worktrees. The only importer of GitPython."""
