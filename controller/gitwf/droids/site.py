"""Where an agent works: a worktree and a branch of its own; and what it leaves there, as commits."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path

from gitwf.droids.verdict import Evidence
from gitwf.plan.errand import Errand
from gitwf.repo import disk, snapshot, worktree
from gitwf.repo.commits import Draft
from gitwf.repo.content import PLAIN, Conversions, obtain
from gitwf.repo.refs import RefUpdate
from gitwf.repo.repository import Repository

_BASE = "base"


class Site:
    """The place of one errand. Everything may be done again after a crash, and is then as it was.

    ``links`` are untracked paths of the main tree that the worktree gets; ``conversions`` are those of a run's.
    """

    def __init__(
        self,
        repository: Repository,
        errand: Errand,
        links: Iterable[str] = (),
        conversions: Conversions = PLAIN,
    ) -> None:
        self._repository = repository
        self._errand = errand
        self._links = tuple(links)
        self._conversions = conversions
        self.folder = Path(errand.folder)
        """Files about it that outlive the worktree."""
        self.tree = Path(errand.place)
        self.branch = f"wf/droid/{errand.run}/{errand.name}"
        self._ref = f"refs/heads/{self.branch}"
        self._kept = f"refs/wf/droids/{errand.run}/{errand.name}"

    @property
    def is_begun(self) -> bool:
        """Whether it was laid out, or is about to be again."""
        return (self.folder / _BASE).exists()

    @property
    def base(self) -> str:
        """The commit that the agent began at."""
        return (self.folder / _BASE).read_text().strip()

    @property
    def head(self) -> str | None:
        """What the agent has committed, once that was collected."""
        return self._repository.refs.read(self._kept)

    def lay_out(self, base: str) -> None:
        """Make the worktree, on a branch at ``base``; one that was begun is left as it is.

        Raises `RepositoryError`.
        """
        if not self.is_begun:
            disk.replace(self.folder / _BASE, base.encode())
        ready = self.tree.with_name(f"{self.tree.name}.ready")
        if ready.exists() or self.head is not None:
            return
        worktree.remove(self._repository, self.tree)
        self.tree.parent.mkdir(parents=True, exist_ok=True)
        contents = obtain(self._repository, self.base, self._conversions)
        worktree.add(self._repository, self.tree, self.base)
        contents.put(self.tree)
        if self._repository.refs.read(self._ref) is None:
            self._repository.refs.swap([RefUpdate(self._ref, self.base, None)])
        worktree.attach(self.tree, self._ref)
        if self._repository.main_tree is not None:
            worktree.link(self._repository.main_tree, self.tree, self._links)
        ready.touch()

    def collect(
        self, author: tuple[str, str], files: Iterable[str], litter: Iterable[str] = ()
    ) -> str:
        """Return the agent's last commit, on its branch; what it left uncommitted becomes one more.

        ``files`` are taken though git ignores them, what fits the globs ``litter`` is not. The first time counts: what is done in the
        worktree afterwards is not the agent's.

        Raises `RepositoryError`.
        """
        if self.head is not None:
            return self.head
        found = worktree.commit_of(self.tree)
        tip = self._repository.refs.read(self._ref)
        head = found or tip or self.base
        if found is not None:
            head = self._with_leftovers(found, author, files, litter)
        self._repository.refs.swap(
            [RefUpdate(self._ref, head, tip), RefUpdate(self._kept, head, None)]
        )
        if found is not None:
            worktree.attach(self.tree, self._ref)
            snapshot.fit_index(self._repository, self.tree, head)
        return head

    def evidence(self) -> Evidence:
        """Return what the agent left, from where it began to what was collected."""
        base, head = self.base, self.head
        if head is None or head == base:
            return Evidence()
        git = self._repository.git
        commits = (
            git.run("rev-list", "--reverse", "--topo-order", head, f"^{base}").decode().split()
        )
        files = self._repository.changed_paths(base, head)
        continues = self._repository.is_ancestor(base, head)
        return Evidence(tuple(commits), files, continues)

    def clear(self) -> None:
        """Remove the worktree. The branch stays."""
        self.tree.with_name(f"{self.tree.name}.ready").unlink(missing_ok=True)
        worktree.remove(self._repository, self.tree)
        worktree.prune(self._repository, self.tree)  # where the agent has deleted it

    def _with_leftovers(
        self, head: str, author: tuple[str, str], files: Iterable[str], litter: Iterable[str]
    ) -> str:
        linked = [glob.escape(n) for n in self._links if (self.tree / n).is_symlink()]
        tree = snapshot.tree_of(
            self._repository,
            self.tree,
            head,
            without=(*linked, *litter),
            ignored=_inside(files),
        )
        known = self._repository.commit(head)
        if known is None or known.tree == tree:
            return head
        message = f"Keep what {self._errand.agent} left uncommitted\n\nWf-Run: {self._errand.run}\n"
        draft = Draft(tree, {}, [head], message, known.at, author, "commit")
        return self._repository.commits.write([draft])[0]


def _inside(files: Iterable[str]) -> list[str]:
    """Return the plain ``files``: globs and what leads out of the worktree are left out."""
    return [
        f
        for f in files
        if not {"*", "?", "["} & set(f) and ".." not in Path(f).parts and f[0] != "/"
    ]
