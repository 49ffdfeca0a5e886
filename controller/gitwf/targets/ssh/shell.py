"""A shell on the other machine that stays: a request is a round trip, not a process and a login.

Requests are text for `sh -s`, answered up to a line with a random word that no output holds.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable, Iterable

import msgspec
from paramiko import Channel, SSHException

from gitwf.targets.ssh.errors import FarError, UnreachableError

QUIET = 60.0
"""Seconds without a byte after which a request has failed."""

_CHUNK = 1 << 18
_PACKET = (1 << 15) - 64
"""Bytes that `sendall` sends at once to OpenSSH: of more it copies what is left, for each packet again."""

_NOT_FOUND = 127

_LAST = 5.0
"""Seconds in which a shell that takes no more must have said why."""

_FEED = b"""{ printf '%(word)s go\\n'
%(script)s
wf_status=$?
printf '\\n%(word)s %%d\\n' "$wf_status"
[ "$wf_status" -eq 0 ] || exit
while IFS= read -r wf_line; do [ "$wf_line" != %(word)s ] || break; done; }
"""
"""A request with data behind it. `sh` begins none of it before it has read all of it."""

Sink = Callable[[bytes], object]


class Reply(msgspec.Struct, frozen=True):
    """What came back: the exit status of the last command, and the output, errors in it."""

    status: int
    output: bytes = b""

    @property
    def text(self) -> str:
        """The output as text."""
        return self.output.decode("utf-8", "surrogateescape")


class Shell:
    """A shell at the other end of ``channel``. For one thread at a time."""

    def __init__(self, channel: Channel, name: str) -> None:
        self._channel = channel
        self._name = name
        self._word = secrets.token_hex(16).encode()
        self._rest = b""
        self.is_spent = False

    def begin(self) -> None:
        """Start the shell. Raises `FarError` where the machine has none."""
        try:
            self._channel.settimeout(QUIET)
            self._channel.exec_command("exec /bin/sh -s")
            self._send(b"exec 2>&1\nprintf '%s hello\\n' " + self._word + b"\n")
            self._up_to(b"%s hello\n" % self._word, None)
        except UnreachableError:
            if self._ended() is not None:
                raise FarError(self._no_shell()) from None
            raise
        except SSHException as error:
            raise UnreachableError(f"`{self._name}`: the connection was cut ({error})") from None

    def request(self, script: str, sink: Sink | None = None, quiet: float = QUIET) -> Reply:
        """Run ``script`` there; what it prints goes to ``sink`` as it comes, else into the reply.

        Raises `UnreachableError`: it may have been run then, or not.
        """
        end = b"\n%s %%d\\n" % self._word
        text = script.encode("utf-8", "surrogateescape")
        self._channel.settimeout(quiet)
        self._send(
            b"{\n%s\n} < /dev/null; printf '%s' \"$?\"\n" % (text, end.replace(b"\n", b"\\n"))
        )
        return self._reply(sink)

    def feed(
        self,
        script: str,
        data: Iterable[bytes],
        quiet: float = QUIET,
        sink: Sink | None = None,
    ) -> Reply:
        """Run ``script`` there, which reads ``data`` and no more of its standard input.

        Where it fails the shell ends with it, and where it does not, all up to a line with the random
        word is passed over: so nothing of the data can ever be read as commands.
        """
        text = script.encode("utf-8", "surrogateescape")
        self._channel.settimeout(quiet)
        self._send(_FEED % {b"word": self._word, b"script": text})
        self._up_to(b"%s go\n" % self._word, None)
        try:
            for piece in data:
                self._send(piece)
        except UnreachableError:
            return self._last_words()
        except BaseException:
            self.is_spent = True
            raise
        reply = self._reply(sink)
        self.is_spent = reply.status != 0
        if not self.is_spent:
            self._send(b"\n%s\n" % self._word)  # not before: a program may read ahead
        return reply

    def _last_words(self) -> Reply:
        """Return what the shell answered before it ended; raise `UnreachableError` if it did not."""
        self._channel.settimeout(_LAST)
        return self._reply(None)

    def close(self) -> None:
        """End the shell."""
        self._channel.close()

    def _reply(self, sink: Sink | None) -> Reply:
        output = self._up_to(b"\n%s " % self._word, sink)
        return Reply(int(self._up_to(b"\n", None)), output)

    def _send(self, data: bytes) -> None:
        try:
            for start in range(0, len(data), _PACKET):
                self._channel.sendall(data[start : start + _PACKET])
        except OSError as error:
            raise self._cut(error) from None

    def _up_to(self, mark: bytes, sink: Sink | None) -> bytes:
        """Return what comes before ``mark``, less what ``sink`` took; the rest stays for the next."""
        kept: list[bytes] = []
        take = sink or kept.append
        held = self._rest
        while True:
            before, found, after = held.partition(mark)
            if found:
                self._rest = after
                take(before)
                return b"".join(kept)
            sure = len(held) - len(mark) + 1
            if sure > 0:
                take(held[:sure])
                held = held[sure:]
            held += self._receive()

    def _receive(self) -> bytes:
        try:
            data: bytes = self._channel.recv(_CHUNK)
        except TimeoutError as error:
            raise self._cut(error) from None
        except OSError as error:
            raise self._cut(error) from None
        if not data:
            raise self._cut(None)
        return data

    def _cut(self, error: OSError | None) -> UnreachableError:
        late = isinstance(error, (TimeoutError, socket.timeout))
        said = "it does not answer" if late else "the connection was cut"
        self.is_spent = True
        return UnreachableError(f"`{self._name}`: {said}")

    def _ended(self) -> int | None:
        """Return the exit status of the shell where it has ended by itself."""
        if self._channel.exit_status_ready():
            return int(self._channel.recv_exit_status())
        return None

    def _no_shell(self) -> str:
        said = self._channel.recv_stderr(1 << 12).decode("utf-8", "replace").strip()
        last = said.rpartition("\n")[2]
        why = f" ({last})" if last else ""
        return f"`{self._name}` has no `sh` that we may use{why}: jobs need a POSIX shell there"
