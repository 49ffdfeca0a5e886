"""Merging what an agent committed into the branch of its run: only asked for, and never half."""

from __future__ import annotations

from pathlib import Path

from gitwf.droids.mainline import Followed, Own, Place
from gitwf.plan.errand import Errand, ErrandError
from gitwf.repo import disk
from gitwf.repo.advance import UncleanError
from gitwf.repo.commits import Draft
from gitwf.repo.errors import ConflictError, RemoteError
from gitwf.repo.merging import Conflict, merged_tree
from gitwf.repo.repository import Repository

_ATTEMPTS = 5
"""How often it is tried again where somebody else moves the branch meanwhile."""

_SUBJECT = 72


class Merge:
    """Merges the commit ``head`` of one errand, which its branch ``kept`` holds.

    ``folder`` remembers what is about to be merged: after a crash it is not merged twice.
    """

    def __init__(
        self, repository: Repository, errand: Errand, head: str, kept: str, folder: Path
    ) -> None:
        self._repository = repository
        self._errand = errand
        self._head = head
        self._kept = kept
        self._intent = folder / "merge"
        branch = errand.branch or ""
        self._place: Place = (
            Own(repository, branch)
            if errand.remote is None
            else Followed(repository, errand.remote, branch)
        )

    def make(self, author: tuple[str, str]) -> str:
        """Return the commit that the branch of the run stands at, with the agent's work in it.

        Raises:
            ErrandError: if it cannot be merged; then nothing has changed.
            RepositoryError: if git cannot.
        """
        for _ in range(_ATTEMPTS):
            tip = self._tip()
            done = self._done(tip)
            if done is not None:
                return done
            new = self._forward(tip) if self._errand.merge == "ff" else self._squash(tip, author)
            disk.replace(self._intent, new.encode())
            try:
                self._place.move(new, tip)
            except (UncleanError, RemoteError) as error:
                raise self._refused(str(error)) from None
            except ConflictError:
                continue
            return new
        raise self._refused(f"`{self._errand.branch}` is moved all the time")

    def _tip(self) -> str:
        branch = self._errand.branch
        if branch is None:
            raise self._refused("the run is of no branch")
        try:
            tip = self._place.tip()
        except RemoteError as error:
            raise self._refused(str(error)) from None
        if tip is None:
            raise self._refused(f"there is no branch `{branch}`")
        return tip

    def _done(self, tip: str) -> str | None:
        """Return the commit that brought the work in, where the branch has it already, or None."""
        intended = self._intent.read_text().strip() if self._intent.exists() else self._head
        return intended if self._repository.is_ancestor(intended, tip) else None

    def _forward(self, tip: str) -> str:
        if not self._repository.is_ancestor(tip, self._head):
            moved = f"`{self._errand.branch}` has moved on to {tip[:10]}"
            raise self._refused(f"{moved}, and `merge:ff` cannot follow (`merge:squash` can)")
        return self._head

    def _squash(self, tip: str, author: tuple[str, str]) -> str:
        """Return a new commit on ``tip`` with all that the agent changed."""
        tree = merged_tree(self._repository, tip, self._head)
        if isinstance(tree, Conflict):
            paths = ", ".join(f"`{path}`" for path in tree.paths)
            raise self._refused(f"it conflicts with `{self._errand.branch}` in {paths}")
        known = self._repository.commit(self._head)
        assert known is not None  # noqa: S101  (it was collected)
        draft = Draft(tree, {}, [tip], self._message(), known.at, author, "commit")
        return self._repository.commits.write([draft])[0]

    def _message(self) -> str:
        told = " ".join((f"/{self._errand.command}", *self._errand.words)).replace("\n", " ")
        subject = f"{self._errand.agent}: {told}"
        if len(subject) > _SUBJECT:
            subject = f"{subject[: _SUBJECT - 1]}…"
        return f"{subject}\n\nWf-Run: {self._errand.run}\nWf-Branch: {self._kept}\n"

    def _refused(self, why: str) -> ErrandError:
        return ErrandError("condition", f"not merged: {why}; `{self._kept}` is kept")
