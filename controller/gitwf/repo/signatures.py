"""Who signed a commit, as git finds out: with ssh-keygen(1) or gpg(1), by keys that are named here.

What git is told on the command line goes before any setting of the repository: neither another program
nor another list of signers can be slipped in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from gitwf.repo.repository import Repository

_PROGRAMS = ("gpg.program=gpg", "gpg.openpgp.program=gpg", "gpg.ssh.program=ssh-keygen")
_NO_X509 = "gpg.x509.program=false"
_FORMAT = "%H%x1f%G?%x1f%GF%x1f%GP"
_FAULTS: Mapping[str, str] = {
    "N": "it is not signed",
    "B": "its signature is not valid",
    "X": "its signature has expired",
    "Y": "it is signed with a key that has expired",
    "R": "it is signed with a key that was revoked",
}
"""By git's letter (git-log(1), ``%G?``)."""


def faults(
    repository: Repository, commits: Sequence[str], signers: str, gpg: Collection[str] = ()
) -> dict[str, str]:
    """Return which of ``commits`` nobody has signed who may, and why.

    ``signers`` is the text of a file of allowed signers, ``gpg`` are fingerprints of keys, or of the
    primary keys that they belong to; their public halves have to be in this user's keyring.
    """
    if not commits:
        return {}
    with _as_file(signers) as file:
        settings = (*_PROGRAMS, _NO_X509, f"gpg.ssh.allowedSignersFile={file}")
        options = [word for setting in settings for word in ("-c", setting)]
        words = (
            "log",
            "--no-walk=unsorted",
            "--no-show-signature",
            f"--format={_FORMAT}",
            "--stdin",
        )
        stdin = "".join(f"{commit}\n" for commit in commits).encode()
        out = repository.git.run(*options, *words, stdin=stdin).decode(errors="replace")
    known = {_plain(each) for each in gpg}
    said: dict[str, str | None] = {}
    for line in out.splitlines():
        commit, letter, fingerprint, primary = line.split("\x1f")
        said[commit] = _fault(letter, fingerprint, primary, known)
    missing = {commit: "it is not here" for commit in commits if commit not in said}
    return missing | {commit: fault for commit, fault in said.items() if fault}


def _fault(letter: str, fingerprint: str, primary: str, gpg: Collection[str]) -> str | None:
    """Return what is wrong with a signature that git judged with ``letter``, or None."""
    if letter in _FAULTS:
        return _FAULTS[letter]
    is_ssh = fingerprint.startswith("SHA256:")
    if is_ssh and letter == "G":
        return None
    if not is_ssh and letter in {"G", "U"} and {_plain(fingerprint), _plain(primary)} & set(gpg):
        return None
    return f"it is signed by nobody who may: `{fingerprint or 'a key that is not known here'}`"


def _plain(fingerprint: str) -> str:
    return fingerprint.replace(" ", "").upper()


@contextmanager
def _as_file(text: str) -> Iterator[Path]:
    with TemporaryDirectory(prefix="git-wf-") as folder:
        path = Path(folder) / "allowed_signers"
        path.write_text(text, encoding="utf-8", errors="surrogateescape")
        yield path
