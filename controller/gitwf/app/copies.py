"""`/scp:put` and `/scp:get`: files of the workspace to a machine, and from one into it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gitwf.config.settings import Target as Table
from gitwf.engine.commands.builtin import words
from gitwf.engine.jobs.context import RunContext
from gitwf.engine.replay.steps import Call
from gitwf.engine.unit.frame import Frame
from gitwf.engine.unit.outcome import Kind, Outcome, failed
from gitwf.engine.unit.scope import OutsideError, inside
from gitwf.language.value import Value
from gitwf.plan.place import Choice

if TYPE_CHECKING:
    from gitwf.engine.commands.builtin import Body
    from gitwf.targets.ssh.kind import SshKind


class Copies:
    """The commands that copy, of one run."""

    def __init__(self, kind: SshKind, context: RunContext) -> None:
        self._kind = kind
        self._context = context

    def bodies(self) -> Mapping[str, Body]:
        """Return what each of the commands does."""
        return {"scp:put": self._put, "scp:get": self._get}

    def _put(self, values: Mapping[str, Value], call: Call, _frame: Frame) -> Outcome:
        machine, local, remote = words(values)
        try:
            path = inside(self._context.workspace, local)
            if not path.exists():
                return failed(call.failed(Kind.MISSING, f"there is no `{local}` in the workspace"))
            self._kind.machine(Choice(f"ssh:{machine}"), self._tables).put(path, remote)
        except OutsideError as error:
            return failed(call.failed(Kind.PATH, str(error)))
        except OSError as error:
            return failed(call.failed(Kind.START, str(error)))
        return Outcome()

    def _get(self, values: Mapping[str, Value], call: Call, _frame: Frame) -> Outcome:
        machine, remote, local = words(values)
        draft = self._context.folder / "copies" / call.step.replace("/", ".")
        try:
            path = inside(self._context.workspace, local)
            self._kind.machine(Choice(f"ssh:{machine}"), self._tables).get(remote, path, draft)
        except OutsideError as error:
            return failed(call.failed(Kind.PATH, str(error)))
        except OSError as error:
            return failed(call.failed(Kind.START, str(error)))
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return Outcome()

    @property
    def _tables(self) -> Mapping[str, Table]:
        return self._context.settings.target
