"""Sends one message: as JSON to a webhook, in the form of Slack's, or to the standard input of a command."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from gitwf.notify.message import Message

PATIENCE = 10.0
"""Seconds that a server may take for each of its steps."""

_COMMAND_PATIENCE = 60.0
"""Seconds that a command may take."""

_NOT_THIS_ONE = frozenset({400, 413, 414, 422})
"""Statuses by which a server says that it will never take this very message."""


class SendError(Exception):
    """A message was not sent. The text says why, without the address: that is a secret.

    ``final``: it never will be.
    """

    def __init__(self, why: str, *, final: bool = False) -> None:
        super().__init__(why)
        self.final = final


def post(address: str, text: str) -> None:
    """Post ``text`` to a webhook. Redirects are not followed: they would take the secret along.

    Raises `SendError`.
    """
    import http.client
    import urllib.error
    import urllib.request

    class _NoRedirect(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    if not address.startswith(("http://", "https://")):
        raise SendError("its address is neither `http://` nor `https://`")
    data = msgspec.json.encode({"text": _plain(text)})
    headers = {"Content-Type": "application/json", "User-Agent": "git-wf"}
    try:
        request = urllib.request.Request(address, data, headers)  # noqa: S310  (looked at above)
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=PATIENCE) as answer:
            answer.read(1 << 16)
    except urllib.error.HTTPError as error:
        status = error.code
        error.close()
        raise SendError(f"it answers {status}", final=status in _NOT_THIS_ONE) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise SendError(f"it cannot be reached ({type(reason).__name__})") from None


def hand_over(
    command: tuple[str, ...], message: Message, directory: Path, environment: Mapping[str, str]
) -> None:
    """Run ``command`` with the message as JSON on its standard input. Raises `SendError`."""
    given = {**environment, "WF_NOTICE": message.kind, "WF_TEXT": message.text}
    try:
        process = subprocess.Popen(
            command,
            cwd=directory,
            env=given,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise SendError(f"it cannot be started ({type(error).__name__})") from None
    with process:
        try:
            process.communicate(msgspec.json.encode(message) + b"\n", _COMMAND_PATIENCE)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise SendError(f"it did not end within {_COMMAND_PATIENCE:g} seconds") from None
    if process.returncode:
        raise SendError(f"it ended with status {process.returncode}")


def _plain(text: str) -> str:
    """Return text so that Slack shows it as it is ("Escaping text" of its documentation)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
