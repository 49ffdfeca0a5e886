"""The folder where messages wait until they are sent: they outlive the process, a crash, and a server that is down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from gitwf.github.wire import Status
from gitwf.notify.message import Message
from gitwf.repo import disk

_PROBLEM = "problem"


class Letter(msgspec.Struct, frozen=True):
    """A message and where it goes: to the address in the secret ``webhook``, to a ``command``, or to GitHub."""

    message: Message
    webhook: str | None = None
    command: tuple[str, ...] = ()
    status: Status | None = None

    @property
    def way(self) -> str:
        """A name for where it goes, without what is secret about it."""
        if self.status is not None:
            return "GitHub"
        return f"webhook {self.webhook}" if self.webhook else f"command {self.command[0]}"


def outbox_of(state_dir: Path) -> Outbox:
    """Return where the messages of a clone wait, whose state is in ``state_dir``."""
    return Outbox(state_dir / "notify")


class Outbox:
    """The messages that wait in ``folder``. Processes and threads share it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, message: Message, webhook: str | None, command: tuple[str, ...]) -> None:
        """Have a message sent, each way that there is."""
        if webhook:
            self._write(f"{message.id}-webhook", Letter(message, webhook=webhook))
        if command:
            self._write(f"{message.id}-command", Letter(message, command=command))

    def add_status(self, message: Message, status: Status) -> None:
        """Have the commit of a message get a status."""
        self._write(f"{message.id}-status", Letter(message, status=status))

    def waiting(self) -> Iterator[tuple[Path, Letter]]:
        """Yield what waits, oldest first."""
        for path in sorted(self.folder.glob("*.json")):
            with suppress(FileNotFoundError, msgspec.DecodeError):
                yield path, msgspec.json.decode(path.read_bytes(), type=Letter)

    def tell(self, why: str | None) -> None:
        """Note why nothing can be sent, for people who look; None: it can."""
        path = self.folder / _PROBLEM
        if why is None:
            path.unlink(missing_ok=True)
        else:
            disk.replace(path, why.encode())

    def left(self) -> str | None:
        """Return a sentence about what is not sent yet; None: all is."""
        count = sum(1 for _ in self.folder.glob("*.json"))
        if not count:
            return None
        words = "notification is" if count == 1 else "notifications are"
        why = ""
        with suppress(FileNotFoundError):
            why = f": {(self.folder / _PROBLEM).read_text(errors='replace')}"
        return f"{count} {words} not sent yet{why}"

    def _write(self, name: str, letter: Letter) -> None:
        disk.replace(self.folder / f"{name}.json", msgspec.json.encode(letter))
