"""Notes on commits in ``refs/notes/wf``: the index of events that `git log --notes=wf` shows.

`git notes append` loses lines when two write at once, without a word (`docs/records.md`, section 3). Here
a line is in the note before `append` returns: the ref is moved by compare-and-swap and the change made
anew where somebody else was faster; writers of one machine take turns by a lock file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager

from gitwf.records.clock import Clock
from gitwf.records.event import Event, decode
from gitwf.records.fanout import find, place
from gitwf.records.lock import waiting
from gitwf.repo.commits import Change, Draft, File, Link
from gitwf.repo.errors import ConflictError
from gitwf.repo.moving import Move, move
from gitwf.repo.repository import Repository

REF = "refs/notes/wf"
_BEGINNING = b'{"at":'
_PATIENCE = 30.0  # seconds for the lock
TRIES = 100
"""Against other machines' writers, which the lock does not hold back."""


Believes = Callable[[str, Event], bool]
"""Whether an event in the note on a commit is believed."""


class Notes:
    """The notes of a repository."""

    def __init__(
        self, repository: Repository, clock: Clock, believes: Believes = lambda _, __: True
    ) -> None:
        self._repository = repository
        self._clock = clock
        self._believes = believes

    def append(self, lines: Mapping[str, Sequence[bytes]]) -> None:
        """Add lines to the notes on commits, all at once. A line that is there already is not doubled.

        ``lines``: by commit's id, without line ends. Raises `StorageFullError`, and `ConflictError`
        where others write without a pause.
        """
        with self.taking_turns():
            for _ in range(TRIES):
                try:
                    return self._try_append(lines)
                except ConflictError:
                    continue
        raise ConflictError(f"`{REF}` is moved by others all the time", "try again later")

    def taking_turns(self) -> AbstractContextManager[None]:
        """Hold back the other writers of this machine: each would have to begin anew."""
        return waiting(self._repository.state_dir / "notes.lock", _PATIENCE)

    def read(self, commit: str) -> list[bytes]:
        """Return the lines of the note on ``commit``."""
        return self._lines(self._root(self._repository.refs.read(REF)), commit)

    def events(self, commit: str) -> list[Event]:
        """Return the believed events in the note on ``commit``; what others wrote there is passed over."""
        found = [e for line in self.read(commit) if (e := _event(line)) is not None]
        return [event for event in found if self._believes(commit, event)]

    def all(self) -> Iterator[tuple[str, list[bytes]]]:
        """Yield every commit that has a note, by id, with its lines."""
        tip = self._repository.refs.read(REF)
        if tip is None:
            return
        for path, entry in self._repository.objects.list(tip).items():
            blob = self._repository.objects.read(entry.id)
            yield path.replace("/", ""), blob.data.splitlines() if blob else []

    def _try_append(self, lines: Mapping[str, Sequence[bytes]]) -> None:
        if (one := self.moved(lines)) is not None:
            move(self._repository, [one])

    def moved(self, lines: Mapping[str, Sequence[bytes]]) -> Move | None:
        """Return the move of the ref that adds ``lines``, or None where they are all there."""
        tip = self._repository.refs.read(REF)
        root = self._root(tip)
        contents = {commit: self._merged(root, commit, new) for commit, new in lines.items()}
        news = {commit: content for commit, content in contents.items() if content is not None}
        return Move(REF, tip, self._draft(tip, root, news)) if news else None

    def _draft(self, tip: str | None, root: str | None, news: Mapping[str, bytes]) -> Draft:
        trees = self._repository.objects.tree
        placed = place(trees, root, news)
        changes: dict[str, Change] = {}
        for old, new in placed.moves.items():
            entry = find(trees, root, old.replace("/", ""))
            changes |= {old: None, new: Link(entry.id)} if entry else {old: None}
        changes |= {placed.paths[commit]: File(content) for commit, content in news.items()}
        message = "Notes added by 'git wf'\n"
        return Draft(root, changes, [tip] if tip else [], message, self._clock.now())

    def _merged(self, root: str | None, commit: str, new: Sequence[bytes]) -> bytes | None:
        """Return the note on ``commit`` with the ``new`` lines, or None where it has them all."""
        known = self._lines(root, commit)
        missing = [line for line in dict.fromkeys(new) if line not in set(known)]
        return b"".join(line + b"\n" for line in [*known, *missing]) if missing else None

    def _lines(self, root: str | None, commit: str) -> list[bytes]:
        entry = find(self._repository.objects.tree, root, commit)
        blob = self._repository.objects.read(entry.id) if entry else None
        return blob.data.splitlines() if blob else []

    def _root(self, tip: str | None) -> str | None:
        commit = self._repository.commit(tip) if tip else None
        return commit.tree if commit else None


def _event(line: bytes) -> Event | None:
    if not line.startswith(_BEGINNING):
        return None
    try:
        return decode(line)
    except ValueError:
        return None
