"""The built-in command `/notify`, and how any message is put into the outbox: without the values of secrets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from msgspec import structs

from gitwf.config.settings import Settings
from gitwf.engine.commands.builtin import Body
from gitwf.engine.jobs.context import RunContext
from gitwf.engine.jobs.environment import secrets_of
from gitwf.engine.replay.mask import Mask
from gitwf.engine.replay.steps import Call
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import Outcome
from gitwf.language.signature import REST_NAME
from gitwf.language.value import Value, to_text
from gitwf.notify.message import SAID, Message
from gitwf.notify.outbox import Outbox
from gitwf.records.clock import spell


def put(
    outbox: Outbox, message: Message, settings: Settings, environment: Mapping[str, str]
) -> None:
    """Have ``message`` sent, without the values of secrets."""
    masked = structs.replace(message, text=mask_of(settings, environment).text(message.text))
    outbox.add(masked, settings.notify.webhook, settings.notify.command)


def mask_of(settings: Settings, environment: Mapping[str, str]) -> Mask:
    """Return what hides the secrets that settings and names tell of."""
    secrets = secrets_of(environment, settings.secrets, settings.notify.secrets)
    return Mask(secrets.values())


class NotifyCommand:
    """The built-in command `/notify`, in one run."""

    def __init__(self, outbox: Outbox, environment: Mapping[str, str], context: RunContext) -> None:
        self._outbox = outbox
        self._environment = environment
        self._context = context

    def bodies(self) -> Mapping[str, Body]:
        """Return the body of the command, by its name."""
        return {"notify": self._notify}

    def _notify(self, values: Mapping[str, Value], call: Call, _frame: Frame) -> Outcome:
        """Put a message into the outbox. Where nobody is to be told the command succeeds all the same."""
        settings, text = self._context.settings, to_text(values[REST_NAME])
        if not (settings.notify.webhook or settings.notify.command):
            return Outcome(output=(b"nobody is told: `wf.toml` has no `[notify]`\n",))
        context = self._context
        message = Message(
            id=quote(f"{context.id}-{call.step}-{call.attempt}", safe=""),
            kind=SAID,
            text=text,
            at=spell(datetime.now(UTC)),
            run=context.id,
            workflow=context.workflow,
            branch=context.branch,
            commit=context.commit,
        )
        put(self._outbox, message, settings, self._environment)
        return Outcome(output=(f"{text}\n".encode(),))
