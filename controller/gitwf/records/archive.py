"""Finished runs, packed: one ref a month in place of one a run, by `git wf gc`.

``refs/wf/archive/<yyyy-mm>`` is a commit with a folder for each run, the tree of its ref, and `.wf/tips`, a
line ``<run id> <commit>`` for each. Those commits are among its parents, or its parents' parents, and so
stay reachable with the commits that asked for the runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gitwf.records.clock import Clock
from gitwf.records.ids import is_id, month_of
from gitwf.repo.commits import Change, Draft, File, Link
from gitwf.repo.repository import Repository

PREFIX = "refs/wf/archive/"
_TIPS = ".wf/tips"
_PARENTS = 100
"""Commits that one commit of an archive takes up: programs that show histories bear so many."""


class Archive:
    """The archived runs of a repository."""

    def __init__(self, repository: Repository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock
        self._read: tuple[Mapping[str, str], dict[str, str]] = ({}, {})

    def tips(self) -> Mapping[str, str]:
        """Return the commits of all archived runs, by run; kept while no archive changes."""
        refs, tips = self._read
        now = self._repository.refs.list(PREFIX)
        if now is not refs:
            tips = {run: tip for ref in now for run, tip in self.at(now[ref]).items()}
            self._read = (now, tips)
        return tips

    def at(self, commit: str) -> dict[str, str]:
        """Return the commits of the runs that an archive's ``commit`` holds, by run."""
        text = self._repository.objects.blob(commit, _TIPS) or b""
        pairs = (line.split(" ") for line in text.decode("ascii", "replace").splitlines())
        return {pair[0]: pair[1] for pair in pairs if len(pair) == 2 and is_id(pair[0])}  # noqa: PLR2004

    def extend(self, tip: str | None, runs: Mapping[str, str], *others: str) -> str:
        """Return a commit on the archive ``tip`` (None: a new one) that holds ``runs`` too.

        ``runs`` are commits by run; ``others`` become parents of it: archives that it takes the place of.
        """
        known = {
            run: at for commit in (tip, *others) if commit for run, at in self.at(commit).items()
        }
        new = {run: at for run, at in sorted(runs.items()) if known.get(run) != at}
        for part in _parted(new):
            parents = [*filter(None, (tip,)), *others, *part.values()]
            tip = self._write(known, part, tip, parents)
            known |= part
            others = ()
        return tip or ""

    def _write(
        self, known: Mapping[str, str], new: Mapping[str, str], tip: str | None, parents: list[str]
    ) -> str:
        before = self._repository.commit(tip) if tip else None
        all_ = {**known, **new}
        held = self.at(tip) if tip else {}
        changes: dict[str, Change] = {
            run: Link(tree, "040000") for run, tree in self._trees(all_.keys() - held.keys(), all_)
        }
        lines = "".join(f"{run} {all_[run]}\n" for run in sorted(all_))
        changes[_TIPS] = File(lines.encode())
        message = f"{len(all_)} runs\n"
        draft = Draft(before.tree if before else None, changes, parents, message, self._clock.now())
        return self._repository.commits.write([draft])[0]

    def _trees(self, runs: Iterable[str], tips: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        for run in sorted(runs):
            found = self._repository.commit(tips[run])
            if found is not None:
                yield run, found.tree


def _parted(runs: Mapping[str, str]) -> list[dict[str, str]]:
    """Return ``runs`` in parts that one commit takes up; one empty part where there are none."""
    items = list(runs.items())
    return [dict(items[i : i + _PARENTS]) for i in range(0, len(items) or 1, _PARENTS)]


def ref_of(run: str) -> str:
    """Return the archive that ``run`` belongs into: its month is that of its id."""
    return f"{PREFIX}{month_of(run)}"
