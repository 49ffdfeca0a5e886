"""Who we are to a machine: keys of files and of the agent, tried in turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from paramiko import (
    Agent,
    AuthenticationException,
    PasswordRequiredException,
    PKey,
    SSHException,
    Transport,
)
from paramiko.pkey import UnknownKeyType

from gitwf.targets.ssh.errors import RefusedError, UnreachableError
from gitwf.targets.ssh.host import Host

_USUAL = ("~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa")


def authenticate(transport: Transport, host: Host) -> None:
    """Have the machine let us in.

    Raises:
        RefusedError: if it takes none of our keys.
        UnreachableError: if the connection ends meanwhile.
    """
    keys = _Keys(host)
    for key in keys:
        try:
            transport.auth_publickey(host.user, key)
        except AuthenticationException:
            continue
        except (SSHException, EOFError, OSError) as error:
            if transport.is_active():
                continue
            raise _cut(host, keys.tried, error) from None
        if transport.is_authenticated():
            return
    raise RefusedError(_refused(host, keys))


class _Keys:
    """The keys to try; afterwards, what was tried and what could not be."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.tried: list[str] = []
        self.problems: list[str] = []

    def __iter__(self) -> Iterator[PKey]:
        named = self._host.identities
        yield from self._files(named, wanted=True)
        if not self._host.agent:
            return
        try:
            of_agent = Agent().get_keys()
        except SSHException:
            of_agent = ()
        for key in of_agent:
            self.tried.append(f"`{key.comment or key.fingerprint}` of the agent")
            yield key
        if not named:
            yield from self._files(_USUAL, wanted=False)

    def _files(self, paths: tuple[str, ...], *, wanted: bool) -> Iterator[PKey]:
        for path in paths:
            full = Path(path).expanduser()
            if not full.is_file():
                if wanted:
                    self.problems.append(f"there is no key `{path}`")
                continue
            if (key := self._read(full, path)) is not None:
                self.tried.append(f"`{path}`")
                yield key

    def _read(self, full: Path, path: str) -> PKey | None:
        try:
            return PKey.from_path(full)
        except (PasswordRequiredException, TypeError):
            self.problems.append(f"`{path}` is locked by a passphrase: `ssh-add {path}`")
        except (SSHException, UnknownKeyType, OSError, ValueError) as error:
            self.problems.append(f"`{path}` is no key that can be read: {error}")
        return None


def _refused(host: Host, keys: _Keys) -> str:
    tried = f"tried {', '.join(keys.tried)}" if keys.tried else "there was none to try"
    said = f"`{host}` takes none of our keys ({tried})"
    if keys.problems:
        return f"{said}: {'; '.join(keys.problems)}"
    return f"{said}: add the public one to `~/.ssh/authorized_keys` there, or name another with `identity`"


def _cut(host: Host, tried: list[str], error: Exception) -> Exception:
    if len(tried) > 1:
        return RefusedError(
            f"`{host}` hung up after {len(tried)} keys: name the one that it takes with `identity`"
        )
    return UnreachableError(f"`{host}`: the connection ended while we showed our key ({error})")
