"""What people ask of controllers: to cancel or approve a run, to leave a workflow alone.

Each wish is a ref at a commit without parents and files, whose message is one line of JSON
(`docs/records.md`, section 5). So it outlives whoever asked and whoever was asked, and travels as all
records do. Whoever acts on a wish records that in the run first, and then withdraws it.
"""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote, unquote

import msgspec

from gitwf.records.clock import Clock, parse, spell
from gitwf.repo.commits import Draft
from gitwf.repo.errors import ConflictError
from gitwf.repo.refs import RefUpdate
from gitwf.repo.repository import Repository

REQUESTS = "refs/wf/requests/"
SUSPENDED = "refs/wf/suspended/"

CANCEL, APPROVE = "cancel", "approve"
"""What may be asked for a run."""


class Wish(msgspec.Struct, frozen=True, omit_defaults=True):
    """What somebody asked: ``by`` whom (``Name <address>``), ``at`` what time, and ``why``.

    ``over``: nobody asks for it any more. Such a wish stays where clones have to agree on the last word.
    ``name`` is that of its ref: what was signed for one run is no wish for another.
    """

    by: str
    at: str
    why: str | None = None
    over: bool = False
    name: str | None = None

    def __str__(self) -> str:
        return f"by {self.by}: {self.why}" if self.why else f"by {self.by}"


class Wishes:
    """The wishes below one prefix of refs, by name. Threads may share it."""

    def __init__(self, repository: Repository, clock: Clock, prefix: str) -> None:
        self._repository = repository
        self._clock = clock
        self._prefix = prefix

    def make(self, name: str, by: str, why: str | None = None) -> Wish:
        """Ask for ``name``. What somebody asked before stays as it is, and is returned."""
        while True:
            known = self.find(name)
            if known is not None:
                return known
            now = self._clock.now()
            wish = Wish(by, spell(now), why, name=name)
            draft = Draft(None, {}, [], _message(wish), now, role="request")
            [commit] = self._repository.commits.write([draft])
            try:
                self._repository.refs.swap([RefUpdate(self._prefix + name, commit, None)])
            except ConflictError:
                continue
            return wish

    def find(self, name: str) -> Wish | None:
        """Return the wish for ``name``, or None. Where there is none this only looks for a file."""
        tip = self._repository.refs.read(self._prefix + name)
        message = self._repository.message(tip) if tip else None
        wish = _read(message) if message else None
        return wish if wish and wish.name in (None, name) else None

    def withdraw(self, name: str) -> bool:
        """Delete the wish for ``name``; return whether there was one."""
        ref = self._prefix + name
        while (tip := self._repository.refs.read(ref)) is not None:
            try:
                self._repository.refs.swap([RefUpdate(ref, None, tip)])
            except ConflictError:
                continue
            return True
        return False

    def replace(self, name: str, wish: Wish) -> None:
        """Write ``wish`` for ``name``, in place of what was asked before."""
        ref = self._prefix + name
        while True:
            tip = self._repository.refs.read(ref)
            draft = Draft(None, {}, [], _message(wish), self._clock.now(), role="request")
            [commit] = self._repository.commits.write([draft])
            try:
                self._repository.refs.swap([RefUpdate(ref, commit, tip)])
            except ConflictError:
                continue
            return

    def now(self, name: str) -> str:
        """Return the time of the next wish for ``name``: after that of the last, whatever clocks say."""
        at, known = spell(self._clock.now()), self.find(name)
        if known is None or at > known.at:
            return at
        return spell(parse(known.at) + timedelta(microseconds=1)) if known.at else at

    def all(self) -> dict[str, Wish]:
        """Return all wishes, by name."""
        refs = self._repository.refs.list(self._prefix)
        found = {
            ref.removeprefix(self._prefix): self._repository.message(refs[ref]) for ref in refs
        }
        wishes = {name: _read(message) for name, message in found.items() if message}
        return {name: wish for name, wish in wishes.items() if wish.name in (None, name)}


class Requests:
    """What is asked for runs."""

    def __init__(self, repository: Repository, clock: Clock) -> None:
        self._wishes = Wishes(repository, clock, REQUESTS)

    def ask(self, run: str, what: str, by: str, why: str | None = None) -> Wish:
        """Ask for ``what`` (`CANCEL`, `APPROVE`) to be done with ``run``."""
        return self._wishes.make(f"{run}/{what}", by, why)

    def find(self, run: str, what: str) -> Wish | None:
        """Return who asked for ``what``, or None."""
        return self._wishes.find(f"{run}/{what}")

    def settle(self, run: str, *kinds: str) -> None:
        """Withdraw what was asked for ``run``, of these kinds: it has been acted on."""
        for what in kinds or (CANCEL, APPROVE):
            self._wishes.withdraw(f"{run}/{what}")


class Suspensions:
    """The workflows that nobody starts for commits, tags and times, until they are resumed."""

    def __init__(self, repository: Repository, clock: Clock) -> None:
        self._wishes = Wishes(repository, clock, SUSPENDED)

    def suspend(self, workflow: str, by: str, why: str | None = None) -> Wish:
        """Suspend the workflow at the path ``workflow``; one that is suspended stays as it is."""
        known = self.find(workflow)
        return known or self._say(workflow, by, why, over=False)

    def resume(self, workflow: str, by: str) -> bool:
        """Resume a workflow; return whether it was suspended. Other clones hear of it as of a wish."""
        if self.find(workflow) is None:
            return False
        self._say(workflow, by, None, over=True)
        return True

    def find(self, workflow: str) -> Wish | None:
        """Return who suspended ``workflow``, or None."""
        wish = self._wishes.find(name_of(workflow))
        return wish if wish and not wish.over else None

    def _say(self, workflow: str, by: str, why: str | None, *, over: bool) -> Wish:
        name = name_of(workflow)
        wish = Wish(by, self._wishes.now(name), why, over, name)
        self._wishes.replace(name, wish)
        return wish

    def all(self) -> dict[str, Wish]:
        """Return who suspended what, by the workflow's path."""
        found = self._wishes.all().items()
        return {unquote(name): wish for name, wish in found if not wish.over}


def newer(repository: Repository, ours: str, theirs: str) -> str:
    """Return which of two commits says the later wish; of the same time that of greater id."""
    spoken = [(_read(repository.message(commit) or "").at, commit) for commit in (ours, theirs)]
    return max(spoken)[1]


def name_of(path: str) -> str:
    """Return ``path`` as a part of a ref's name: what git allows there (git-check-ref-format(1)).

    All else is spelt as in an address: ``a b.wf`` is ``a%20b.wf``.
    """
    return "/".join(_component(part) for part in path.split("/"))


def _component(part: str) -> str:
    text = quote(part, safe="").replace("~", "%7E").replace("..", "%2E%2E")
    if text.startswith("."):
        text = f"%2E{text[1:]}"
    if text.endswith((".", ".lock")):
        head, _, tail = text.rpartition(".")
        text = f"{head}%2E{tail}"
    return text


def _read(message: str) -> Wish:
    """Return the wish that a commit's message says; what cannot be read was asked by nobody known."""
    try:
        return msgspec.json.decode(message, type=Wish)
    except msgspec.DecodeError:
        return Wish("somebody", "")


def _message(wish: Wish) -> str:
    return msgspec.json.encode(wish).decode() + "\n"
