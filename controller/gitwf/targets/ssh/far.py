"""What is asked of the other machine: the functions of `far.sh`, called over a `Link`."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from gitwf.targets.job import TakenError
from gitwf.targets.ssh.claim import NOBODYS, Claim
from gitwf.targets.ssh.errors import FarError, FullError, SshError
from gitwf.targets.ssh.host import Host
from gitwf.targets.ssh.link import Link
from gitwf.targets.ssh.shell import QUIET, Reply, Sink

LONG = 6 * 3600.0
"""Seconds that a request may take which copies or hashes much."""

_HERE = Path(__file__).parent
_FULL = ("No space left on device", "Disk quota exceeded")
_LEAST = 64
"""Kilobytes below which a disk counts as full."""

_CLOSED = ("Read-only file system", "Permission denied", "Operation not permitted")

T = TypeVar("T")


class Place(msgspec.Struct, frozen=True):
    """Where on a machine: the folder of a repository below the ``workdir`` of a target."""

    workdir: str
    repository: str


class Seen(msgspec.Struct, frozen=True):
    """How a job stands there.

    ``state`` is ``nowhere`` (no folder), ``new`` (not begun), ``alive``, ``ended`` (then ``status`` is
    there) or ``gone`` (without a word). ``pid`` is what its file `pid` says, ``out`` and ``err`` are
    sizes in bytes, None of what is no file. ``holder`` is the clone that plays its run, as far as it says.
    """

    state: str
    status: int | None = None
    pid: str = ""
    out: int | None = None
    err: int | None = None
    holder: str = ""


class Far:
    """A folder on another machine, where jobs are. Safe for threads.

    Its calls raise as `Link.request`, and `FarError` where the machine cannot do what is asked; those with
    a claim raise `TakenError` where another clone plays the run now.
    """

    def __init__(self, host: Host, place: Place) -> None:
        self.link = Link(host, _greeting(host, place), self._enter)
        self.place = place
        self._root = ""

    @property
    def name(self) -> str:
        """How people call the machine."""
        return self.link.host.name

    def root(self) -> str:
        """Return the absolute path of the folder there; connects where that was not done yet."""
        if not self._root:
            self.link.request("true")
        return self._root

    def workspace(self, job: str) -> str:
        """Return the absolute path of the workspace of ``job`` there."""
        return posixpath.join(self.root(), "work", job)

    def _enter(self, greeted: Reply) -> None:
        """Take note of what a new shell answered; raise `FarError` where it is not in the folder."""
        said = dict(line.partition(" ")[::2] for line in greeted.text.splitlines())
        if greeted.status or not said.get("root"):
            raise self._said("its folder there cannot be made", greeted)
        self._root = said["root"]

    def run(self, script: str, what: str, quiet: float = QUIET) -> Reply:
        """Run ``script`` in the folder; ``what`` was not done, says the `FarError` if it fails."""
        self.root()
        reply = self.link.request(script, quiet=quiet)
        if reply.status:
            raise self.problem(what, reply)
        return reply

    def feed(self, script: str, data: Iterable[bytes], what: str, quiet: float = QUIET) -> Reply:
        """Run ``script``, which reads ``data`` and no more; else as `run`."""
        self.root()
        reply = self.link.feed(script, data, quiet)
        if reply.status:
            raise self.problem(what, reply)
        return reply

    def look(
        self, jobs: Sequence[str], runs: Mapping[str, str] | None = None
    ) -> Mapping[str, Seen]:
        """Return how ``jobs`` stand, of these ``runs``; that they were looked at is noted there."""
        words = [word for job in jobs for word in ((runs or {}).get(job, ""), job)]
        reply = self.run(f"look {shlex.join(words)}", "its jobs cannot be seen")
        return _seen(reply.text)

    def claim(self, claim: Claim, job: str) -> Seen:
        """Have the run be ours, and return how its ``job`` stands."""
        script = f"look {shlex.join((claim.run, job))}"
        if claim.owner:
            script = f"claim {claim.words} && {script}"
        return _seen(self.run(script, "its jobs cannot be claimed").text)[job]

    def piece(self, path: str, offset: int, limit: int, sink: Sink, quiet: float = QUIET) -> None:
        """Give up to ``limit`` bytes of a file of the folder, from byte ``offset``, to ``sink``."""
        self.root()
        self.link.request(f"piece {shlex.quote(path)} {offset + 1} {limit}", sink, quiet)

    def prepare(self, job: str, claim: Claim = NOBODYS) -> None:
        """Make the folder of ``job``."""
        script = claim.guarding(f"prepare {shlex.quote(job)}")
        self.run(script, "the folder of its job cannot be made")

    def begin(
        self,
        job: str,
        directory: str,
        argv: Sequence[str],
        environment: Mapping[str, str],
        claim: Claim = NOBODYS,
    ) -> None:
        """Start ``job``, where that was not done yet. The environment stands in no file and no argument."""
        variables = {**environment, "WF_RESULT": f"{self.root()}/jobs/{job}/result"}
        exports = "\n".join(f"export {name}={shlex.quote(v)}" for name, v in variables.items())
        words = shlex.join((job, directory, *argv))
        script = claim.guarding(f"(\n{exports}\nbegin {words}\n)")
        self.run(script, "its job cannot be started")

    def watch(self, job: str, *words: str) -> None:
        """Start the guard of ``job`` with what `guard.sh` takes behind its folder."""
        self.run(f"watched {shlex.join((job, *words))}", "nothing can be started there")

    def signal(self, job: str, number: str, claim: Claim = NOBODYS) -> None:
        """Send a signal, such as ``TERM``, to all processes of ``job``."""
        script = claim.guarding(f'signal "$wf_root"/jobs/{shlex.quote(job)} {number}')
        self.run(script, "its job cannot be ended")

    def members(self, job: str) -> list[str]:
        """Return the ids of the processes of ``job``, wherever they went."""
        return self.run(f'members "$wf_root"/jobs/{shlex.quote(job)}', "").text.split()

    def settle(self, job: str, claim: Claim = NOBODYS) -> None:
        """End what never left the process group of ``job``, which has ended."""
        self.run(claim.guarding(f"settle {shlex.quote(job)}"), "what is left of it cannot be ended")

    def forget(self, job: str, claim: Claim = NOBODYS) -> None:
        """Remove the folder of ``job`` and its workspace."""
        script = claim.guarding(f"forget {shlex.quote(job)}")
        self.run(script, "its job cannot be removed", quiet=LONG)

    def problem(self, what: str, reply: Reply) -> FarError:
        """Return the error that says that ``what``, and why as the machine said it.

        Raises `TakenError` where it refused us because the run is another clone's now.
        """
        if reply.status == _TAKEN:
            raise TakenError(f"another clone has taken over what runs on `{self.name}`")
        return self._full() if self._is_full() else self._said(what, reply)

    def _full(self) -> FullError:
        return FullError(
            f"the disk of `{self.name}` is full: free some space below `{self.place.workdir}`"
        )

    def _said(self, what: str, reply: Reply) -> FarError:
        said = reply.text.strip().rpartition("\n")[2]
        if any(word in reply.text for word in _FULL):
            return self._full()
        if any(word in reply.text for word in _CLOSED):
            hint = f"let `workdir` of `[target.{self.name}]` name a folder that you may write"
            return FarError(
                f"nothing can be written to `{self.place.workdir}` of `{self.name}` ({said}): {hint}"
            )
        return FarError(f"`{self.name}`: {what}: {said or f'exit {reply.status}'}")

    def _is_full(self) -> bool:
        """Return whether no room is left there: not every shell says why it could not write."""
        with suppress(SshError, ValueError, IndexError):
            words = self.link.request("df -Pk .").text.splitlines()[-1].split()
            return int(words[3]) < _LEAST
        return False

    def insist(self, act: Callable[[], T], until: Callable[[], float | None]) -> T:
        """As `Link.insist`."""
        return self.link.insist(act, until)


def _greeting(host: Host, place: Place) -> str:
    functions = (_HERE / "process.sh").read_text(encoding="utf-8")
    guard = (_HERE / "guard.sh").read_text(encoding="utf-8")
    given = {
        "wf_workdir": place.workdir,
        "wf_repository": place.repository,
        "wf_wrapper": (_HERE.parent / "job.sh").read_text(encoding="utf-8"),
        "wf_guard": f"{functions}\n{guard}",
    }
    lines = (f"{name}={shlex.quote(text)}" for name, text in given.items())
    return "\n".join(
        (host.profile, *lines, functions, (_HERE / "far.sh").read_text(encoding="utf-8"))
    )


def _seen(text: str) -> Mapping[str, Seen]:
    found: dict[str, Seen] = {}
    for line in text.splitlines():
        words = line.split()
        if line[:1] == "-" and len(words) >= _LISTED:
            _, job, file = words[-1].split("/")
            found[job] = msgspec.structs.replace(
                found.get(job, Seen("new")), **{file: int(words[4])}
            )
        elif len(words) > 1 and words[1] in _STATES:
            found[words[0]] = _stands(words)
    return found


_TAKEN = 77
"""The exit status of what is refused because another clone plays the run."""

_LISTED = 9
"""Words of a line of `ls -ln`."""

_NOWHERE = 2
"""Words behind the state of a job that is not there."""

_STATES = frozenset({"nowhere", "new", "alive", "ended", "gone"})


def _stands(words: list[str]) -> Seen:
    _, state, *rest = words
    status, holder, pid, *since = rest if len(rest) > _NOWHERE else (*rest, "-")
    return Seen(
        state if state != "ended" or status.isdigit() else "gone",
        int(status) if status.isdigit() else None,
        "" if pid == "-" else f"{pid}\n{' '.join(since)}\n",
        holder="" if holder == "-" else holder,
    )
