"""A key pair of its own for each pod: nothing of the user's is given to one, and it dies with the pod.

It is made of the key of the account and the pod's name (HKDF, RFC 5869), so that another clone which has that key
is let in as well, with nothing secret on record. Who has the account's key can have any pod anyhow.
"""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from gitwf.repo.disk import write_all

_PURPOSE = b"git-wf: the SSH key of a pod, v1: "
_SIZE = 32
"""Bytes of a private key (RFC 8032)."""


def key_of(account: str, pod: str) -> Ed25519PrivateKey:
    """Return the key of the pod with this name, for whoever has the key of its ``account``."""
    if not account:
        raise ValueError("without the key of an account anybody could make the key of a pod")
    derived = HKDF(hashes.SHA256(), _SIZE, salt=None, info=_PURPOSE + pod.encode())
    return Ed25519PrivateKey.from_private_bytes(derived.derive(account.encode()))


def public_of(key: Ed25519PrivateKey) -> str:
    """Return the public key as `authorized_keys` has it."""
    return (
        f"{key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()} git-wf"
    )


def fingerprint(public: str) -> str:
    """Return the fingerprint of a public key, as `ssh-keygen -l` prints it."""
    digest = hashlib.sha256(base64.b64decode(public.split()[1])).digest()
    return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"


def write_pair(path: Path, key: Ed25519PrivateKey) -> str:
    """Write ``key`` to ``path``, for its owner alone, and the public one beside it; return that."""
    private = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    public = public_of(key)
    _write(path, private, 0o600)
    _write(path.with_name(f"{path.name}.pub"), f"{public}\n".encode(), 0o644)
    return public


def _write(path: Path, content: bytes, mode: int) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        write_all(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
