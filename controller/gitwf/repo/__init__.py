"""Git plumbing: refs, objects, commits, worktrees and settings of one repository.

What is hot runs the `git` program itself (one process costs 1 to 3 ms) or reads git's files where
their format is documented: `git.py`, `refs.py`, `objects.py`, `commits.py`, `worktree.py`.
GitPython takes 0.1 s to import; it is used where nothing is hot and only from inside functions:
`configuration.py`, which knows remotes and writes settings.
"""
