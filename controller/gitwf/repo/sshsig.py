"""Signatures with SSH keys, made and checked by ssh-keygen(1): `-Y sign` and `-Y verify`.

A signature is for a namespace: one that was made for another purpose is none for ours (PROTOCOL.sshsig of
OpenSSH). Nobody is asked for a passphrase: a key is in a file of its own, or in an agent.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from gitwf.repo.errors import GitError

_PATIENCE = 30.0
"""Seconds that a key may take: one on a token waits for a touch."""

_LITERAL = ("ssh-", "ecdsa-", "sk-")


def sign(key: str, payloads: Sequence[bytes], namespace: str) -> list[bytes]:
    """Return the armoured signatures of ``payloads``, in order, made in one process.

    ``key`` is a file, or a public key as git's ``user.signingKey`` may hold it, whose other half an
    agent has. Raises `GitError` where it cannot sign.
    """
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="git-wf-") as folder:
        place = Path(folder)
        files = [place / str(number) for number in range(len(payloads))]
        for file, payload in zip(files, payloads, strict=True):
            file.write_bytes(payload)
        words = ["-q", "-Y", "sign", "-n", namespace, *_key(key, place), *map(str, files)]
        status, said = _run(words, b"")
        signatures = [file.with_suffix(".sig") for file in files]
        if status or not all(map(Path.exists, signatures)):
            first = said.decode(errors="replace").strip().splitlines()[:1]
            raise GitError(
                f"the key `{key}` cannot sign: {first[0] if first else f'status {status}'}",
                "it needs to be there, and to ask for no passphrase: an agent may hold it",
            )
        return [signature.read_bytes() for signature in signatures]


class Verifier:
    """Checks signatures by the text of a file of allowed signers."""

    def __init__(self, signers: str) -> None:
        self._signers = signers

    def admits(self, payload: bytes, signature: bytes, namespace: str, at: datetime) -> bool:
        """Return whether somebody signed ``payload`` who might do so for ``namespace`` at the time ``at``."""
        with self._files(signature) as (signers, file):
            when = f"verify-time={at.astimezone():%Y%m%d%H%M%S}"
            known = ["-f", str(signers), "-s", str(file), "-O", when]
            status, said = _run(["-Y", "find-principals", *known], b"")
            names = said.decode(errors="replace").splitlines() if not status else []
            words = ["-Y", "verify", *known, "-n", namespace]
            return any(not _run([*words, "-I", name], payload)[0] for name in names if name)

    @contextmanager
    def _files(self, signature: bytes) -> Iterator[tuple[Path, Path]]:
        from tempfile import TemporaryDirectory

        with TemporaryDirectory(prefix="git-wf-") as folder:
            signers, file = Path(folder) / "allowed_signers", Path(folder) / "signature"
            signers.write_text(self._signers, encoding="utf-8", errors="surrogateescape")
            file.write_bytes(signature)
            yield signers, file


def _key(key: str, folder: Path) -> list[str]:
    literal = key.removeprefix("key::")
    if literal == key and not key.startswith(_LITERAL):
        return ["-f", str(Path(key).expanduser())]
    file = folder / "key.pub"
    file.write_text(f"{literal}\n")
    return ["-U", "-f", str(file)]


def _run(words: list[str], stdin: bytes) -> tuple[int, bytes]:
    environment = os.environ | {"SSH_ASKPASS_REQUIRE": "never", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["ssh-keygen", *words],
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
            check=False,
            timeout=_PATIENCE,
        )
    except FileNotFoundError:
        raise GitError("there is no program `ssh-keygen`", "install OpenSSH's client") from None
    except subprocess.TimeoutExpired:
        return 1, b"it waits for somebody"
    return done.returncode, done.stdout
