"""Which records are believed: those that this clone has written, and those that somebody signed who may.

Anybody who may push can write refs. Where `[trust]` names signers, a ref of a record that nobody vouches for
is not there, for whoever asks: it starts nothing, answers nothing and keeps nothing from happening.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from msgspec import Raw, json, structs

from gitwf.records.clock import parse
from gitwf.records.event import Event, encode
from gitwf.records.lock import waiting
from gitwf.repo import disk
from gitwf.repo.refs import Refs, RefUpdate
from gitwf.repo.repository import Repository
from gitwf.repo.seals import NAMESPACES, Role, unsealed
from gitwf.repo.sshsig import Verifier

_KIND = re.compile(r"refs/wf(?:-remote/.+?)?/(runs|env|archive|seen|accepted|requests|suspended)/")
_WISHES = frozenset({"requests", "suspended"})
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_PATIENCE = 30.0  # seconds for a lock
_AT_ONCE = 4

_SIGNATURE = "sig"
"""The key of a line in a note that holds its signature."""

Sign = Callable[[bytes], bytes | None]
"""Signs text as a record; None: there is no key."""

Signers = Callable[[], str | None]
"""Returns the text of the file of allowed signers; None: everything is believed."""


class Beliefs:
    """What is believed in ``repository``. Threads share it."""

    def __init__(self, repository: Repository, signers: Signers, sign: Sign) -> None:
        self._repository = repository
        self._signers = signers
        self._sign = sign
        self._folder = repository.state_dir / "believed"
        self._lock = threading.Lock()
        self._own: set[str] | None = None
        self._verdicts: dict[str, dict[str, bool]] = {}

    @property
    def signers(self) -> str | None:
        """The text of the file of allowed signers; None: everything is believed."""
        return self._signers()

    def note(self, commits: Iterable[str]) -> None:
        """Note that this clone has written ``commits``: those need no signature here."""
        with self._lock:
            own = self._load_own()
            new = [commit for commit in commits if commit not in own]
            if new:
                own.update(new)
                disk.append(self._folder / "own", "".join(f"{c}\n" for c in new).encode())

    def believed(self, tips: Mapping[str, str]) -> set[str]:
        """Return the refs of ``tips`` whose commits are believed."""
        signers = self._signers()
        if signers is None:
            return set(tips)
        kinds = {ref: found[1] for ref in tips if (found := _KIND.match(ref))}
        with self._lock:
            own, known = self._load_own(), self._load(signers)
            asked = {tips[ref]: _role(kind) for ref, kind in kinds.items()}
            fresh = {c: r for c, r in asked.items() if c not in own and c not in known}
            if fresh:
                self._judge(fresh, signers, known)
            return {
                ref for ref, tip in tips.items() if ref not in kinds or tip in own or known.get(tip)
            }

    def signed(self, event: Event) -> Event:
        """Return ``event`` with a signature, where they are asked for and there is a key."""
        if self._signers() is None:
            return event
        self.note([event.id])
        armour = self._sign(encode(event))
        if armour is None:
            return event
        text = "".join(armour.decode().split("\n")[1:-2])
        return structs.replace(event, extra={**event.extra, _SIGNATURE: Raw(json.encode(text))})

    def admits(self, event: Event) -> bool:
        """Return whether an event is believed by itself: it was written here, or somebody signed it who may."""
        signers = self._signers()
        if signers is None:
            return True
        with self._lock:
            if event.id in self._load_own():
                return True
            known, name = self._load(signers), hashlib.sha256(encode(event)).hexdigest()
            if name not in known:
                known[name] = _is_signed_line(event, Verifier(signers))
            return known[name]

    def _judge(self, fresh: Mapping[str, Role], signers: str, known: dict[str, bool]) -> None:
        from concurrent.futures import ThreadPoolExecutor

        verifier = Verifier(signers)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            verdicts = pool.map(lambda c: self._is_signed(c, fresh[c], verifier), fresh)
            new = dict(zip(fresh, verdicts, strict=True))
        known.update(new)
        lines = "".join(f"{commit} {int(verdict)}\n" for commit, verdict in new.items())
        disk.append(self._folder / _digest(signers), lines.encode())

    def _is_signed(self, commit: str, role: Role, verifier: Verifier) -> bool:
        found = self._repository.objects.read(commit)
        sealed = unsealed(found.data) if found and found.kind == "commit" else None
        made = self._repository.commit(commit) if sealed else None
        if sealed is None or made is None:
            return False
        return verifier.admits(sealed.payload, sealed.signature, NAMESPACES[role], made.at)

    def _load_own(self) -> set[str]:
        """Return what this clone has written; what is here when it is first asked counts as that."""
        if self._own is None:
            path = self._folder / "own"
            with waiting(self._repository.state_dir / "believed.lock", _PATIENCE):
                if not path.exists():
                    found = self._repository.refs
                    raw = found.raw if isinstance(found, BelievedRefs) else found
                    lines = "".join(f"{tip}\n" for tip in raw.list("refs/wf/").values())
                    disk.replace(path, lines.encode())
            self._own = set(path.read_text().split())
        return self._own

    def _load(self, signers: str) -> dict[str, bool]:
        name = _digest(signers)
        if name not in self._verdicts:
            try:
                lines = (self._folder / name).read_text().splitlines()
            except FileNotFoundError:
                lines = []
            pairs = (line.split(" ") for line in lines)
            self._verdicts[name] = {pair[0]: pair[1] == "1" for pair in pairs if len(pair) == 2}  # noqa: PLR2004
        return self._verdicts[name]


class BelievedRefs:
    """The refs of a repository, without those of records that nobody vouches for."""

    def __init__(self, raw: Refs, beliefs: Beliefs) -> None:
        self.raw = raw
        self.beliefs = beliefs
        self._listed: dict[str, tuple[Mapping[str, str], str | None, Mapping[str, str]]] = {}

    def read(self, ref: str) -> str | None:
        """Return the id that ``ref`` stands at, or None; None too where it is not believed."""
        tip = self.raw.read(ref)
        if tip is None or not _KIND.match(ref):
            return tip
        return tip if self.beliefs.believed({ref: tip}) else None

    def list(self, prefix: str) -> Mapping[str, str]:
        """Return the believed refs below ``prefix``; the same object as before: nothing has changed."""
        found = self.raw.list(prefix)
        if not prefix.startswith("refs/wf"):
            return found
        signers = self.beliefs.signers
        listed = self._listed.get(prefix)
        if listed is not None and listed[0] is found and listed[1] == signers:
            return listed[2]
        believed = self.beliefs.believed(found)
        kept = found if len(believed) == len(found) else _only(found, believed)
        self._listed[prefix] = (found, signers, kept)
        return kept

    def swap(self, updates: Sequence[RefUpdate]) -> None:
        """Make all of ``updates``, or none; what is not believed may be overwritten as if it were not there."""
        self.raw.swap([self._real(update) for update in updates])

    def unbelieved(self) -> dict[str, str]:
        """Return the refs of records that are not believed, with their commits."""
        found = self.raw.list("refs/wf/")
        return dict(_only(found, found.keys() - self.beliefs.believed(found)))

    def _real(self, update: RefUpdate) -> RefUpdate:
        if update.old is not None or not _KIND.match(update.ref):
            return update
        stands = self.raw.read(update.ref)
        if stands is None or self.beliefs.believed({update.ref: stands}):
            return update
        return RefUpdate(update.ref, update.new, stands)


def _only(found: Mapping[str, str], kept: Iterable[str]) -> Mapping[str, str]:
    wanted = set(kept)
    return MappingProxyType({ref: tip for ref, tip in found.items() if ref in wanted})


def _is_signed_line(event: Event, verifier: Verifier) -> bool:
    text = event.extra.get(_SIGNATURE)
    try:
        body = json.decode(text or b"null", type=str)
        at = parse(event.at)
    except ValueError:
        return False
    armour = "\n".join((_BEGIN, *(body[i : i + 70] for i in range(0, len(body), 70)), _END, ""))
    rest = {key: value for key, value in event.extra.items() if key != _SIGNATURE}
    payload = encode(structs.replace(event, extra=rest))
    return verifier.admits(payload, armour.encode(), NAMESPACES["record"], at)


def beliefs_of(repository: Repository) -> Beliefs | None:
    """Return what is believed in ``repository``; None where nobody has said: everything is."""
    refs = repository.refs
    return refs.beliefs if isinstance(refs, BelievedRefs) else None


def _role(kind: str) -> Role:
    return "request" if kind in _WISHES else "record"


def _digest(signers: str) -> str:
    return hashlib.sha256(signers.encode(errors="surrogateescape")).hexdigest()[:16]
