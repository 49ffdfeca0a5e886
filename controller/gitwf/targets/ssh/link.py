"""The way to one machine: connections and shells that are kept, opened anew as they are needed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from random import Random
from typing import TypeVar

from gitwf.targets.ssh.connection import Connection, NoSessionError
from gitwf.targets.ssh.errors import RefusedError, UnreachableError
from gitwf.targets.ssh.host import Host
from gitwf.targets.ssh.shell import QUIET, Reply, Shell, Sink

_SESSIONS = 10
"""Sessions that OpenSSH allows on one connection (sshd_config(5), "MaxSessions")."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 15.0

T = TypeVar("T")


def lasting(seconds: float) -> Callable[[], float]:
    """Return what says how much is left of so many seconds from now."""
    until = time.monotonic() + seconds
    return lambda: until - time.monotonic()


class Link:
    """The way to ``host``. Safe for threads: each request has a shell of its own.

    ``greeting`` is what each new shell runs first; ``welcome`` gets its answer, and raises where nothing
    more may be asked of it.
    """

    def __init__(self, host: Host, greeting: str, welcome: Callable[[Reply], None]) -> None:
        self.host = host
        self._greeting = greeting
        self._welcome = welcome
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._connections: list[Connection] = []
        self._idle: list[tuple[Shell, Connection]] = []
        self._random = Random()  # noqa: S311 - pauses, no secrets

    def request(self, script: str, sink: Sink | None = None, quiet: float = QUIET) -> Reply:
        """Run ``script`` on the machine; as `Shell.request`.

        Raises:
            UnreachableError: if the machine cannot be reached, or was cut off meanwhile.
            RefusedError: if it is another one, or lets us not in.
            FarError: if it has no shell.
        """
        with self._shell() as shell:
            return shell.request(script, sink, quiet)

    def feed(
        self,
        script: str,
        data: Iterable[bytes],
        quiet: float = QUIET,
        sink: Sink | None = None,
    ) -> Reply:
        """Run ``script``, which reads ``data``; as `Shell.feed`. Raises as `request`."""
        with self._shell() as shell:
            return shell.feed(script, data, quiet, sink)

    def insist(self, act: Callable[[], T], until: Callable[[], float | None]) -> T:
        """Return what ``act`` gives; where the machine is cut off, reconnect and do it again.

        ``until`` says how many seconds are left for that, None for no end. Pauses grow and differ,
        so that many controllers do not come back at once.

        Raises as `request`: the last error, when the time is up.
        """
        pause = _FIRST_PAUSE
        while True:
            try:
                return act()
            except UnreachableError:
                left = until()
                if left is not None and left <= 0:
                    raise
                longest = pause if left is None else min(pause, left)
                time.sleep(longest * self._random.uniform(0.5, 1.0))
                pause = min(pause * 2, _LONGEST_PAUSE)

    def close(self) -> None:
        """Close all connections; a next request opens new ones."""
        with self._lock:
            connections, self._connections, self._idle = self._connections, [], []
        for connection in connections:
            connection.close()

    @contextmanager
    def _shell(self) -> Iterator[Shell]:
        shell, connection = self._taken()
        try:
            yield shell
        except BaseException:
            shell.is_spent = True
            raise
        finally:
            self._give_back(shell, connection)

    def _taken(self) -> tuple[Shell, Connection]:
        with self._lock:
            while self._idle:
                shell, connection = self._idle.pop()
                if connection.is_open():
                    return shell, connection
        return self._opened()

    def _give_back(self, shell: Shell, connection: Connection) -> None:
        with self._lock:
            if not shell.is_spent and connection in self._connections:
                self._idle.append((shell, connection))
                return
            connection.sessions -= 1
        shell.close()

    def _opened(self) -> tuple[Shell, Connection]:
        """Open a shell on a connection that has room for it, or on a new one."""
        with self._opening:
            connection = self._with_room()
            try:
                channel = connection.session()
            except NoSessionError:
                if connection.sessions == 0:
                    raise RefusedError(f"`{self.host}` lets us in and allows no session") from None
                connection.is_full = True
                connection = self._connect()
                channel = connection.session()
            except UnreachableError:
                self._forget(connection)
                raise
        shell = Shell(channel, str(self.host))
        try:
            shell.begin()
            self._welcome(shell.request(self._greeting))
        except BaseException:
            connection.sessions -= 1
            shell.close()
            raise
        return shell, connection

    def _with_room(self) -> Connection:
        with self._lock:
            for connection in [c for c in self._connections if not c.is_open()]:
                self._connections.remove(connection)
            for connection in self._connections:
                if connection.sessions < _SESSIONS and not connection.is_full:
                    return connection
        return self._connect()

    def _connect(self) -> Connection:
        connection = Connection.open(self.host)
        with self._lock:
            self._connections.append(connection)
        return connection

    def _forget(self, connection: Connection) -> None:
        with self._lock:
            if connection in self._connections:
                self._connections.remove(connection)
        connection.close()
