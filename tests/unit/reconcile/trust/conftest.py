"""A repository whose commits are signed, or not, and what becomes of them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitwf.app.extras import Extras
from gitwf.engine.unit.stop import Stop
from gitwf.reconcile.branches import Branches, local
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.loop import Reconciler
from gitwf.records.event import RunRefused

if TYPE_CHECKING:
    from tests.conftest import Folder

ASKS = """\
on:commit

define:/say
  ↳ run  → git rev-parse HEAD >> "$$LEDGER"
  ↳ deps → number

/say
"""
"""Each number asks for a run, which writes down the commit that it was played for."""


class Keys:
    """SSH keys of people, made when they are first named."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def private(self, who: str) -> Path:
        path = self._folder / who
        if not path.exists():
            words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", who, "-f", str(path)]
            subprocess.run(words, check=True)
        return path

    def fingerprint(self, who: str) -> str:
        words = ["ssh-keygen", "-lf", str(self.private(who))]
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()[1]

    def allowed(self, *people: str, options: str = "") -> str:
        """Return the file of allowed signers that names ``people``."""
        lines = (
            f"{who}@example.org {options}{self.private(who).with_suffix('.pub').read_text()}"
            for who in people
        )
        return "".join(lines)


class World:
    """A repository that is reconciled now and then, each time by a process of its own, as it were."""

    def __init__(self, folder: Folder, keys: Keys, ledger: Path) -> None:
        self.folder = folder
        self.keys = keys
        self._ledger = ledger
        self._number = 0

    def commit(
        self,
        files: dict[str, str | bytes] | None = None,
        *,
        by: str | None = None,
        gpg: str | None = None,
    ) -> str:
        """Commit ``files`` and return the commit, signed with the SSH key of ``by`` or a key of GPG."""
        self._number += 1
        self.folder.write({"number": str(self._number), **(files or {})})
        self.folder.git("add", "--all")
        key, form = gpg or "", "openpgp"
        if by is not None:
            key, form = str(self.keys.private(by)), "ssh"
        settings = ("-c", f"gpg.format={form}", "-c", f"user.signingKey={key}")
        signs = ("--gpg-sign",) if key else ()
        words = ("--quiet", "--allow-empty", *signs, "--message", f"Change by {by}")
        self.folder.git(*settings, "commit", *words)
        return self.folder.git("rev-parse", "HEAD")

    def clone(self) -> Clone:
        repository = self.folder.open()
        return Clone(repository, dict(os.environ), Extras(repository, dict(os.environ)))

    def reconcile(self, *branches: str) -> list[str]:
        """Reconcile, and return why runs were refused."""
        clone = self.clone()
        watched = Branches(clone, local(clone), branches or ["main"])
        report = Reconciler(clone, watched, Stop(), lambda _: None).settle()
        assert report.problems == ()
        assert [r.error for r in report.ended if r.status != "succeeded"] == []
        return list(report.refused)

    def refusals(self, commit: str) -> list[str]:
        """Return what is on record for ``commit``."""
        events = self.clone().records.notes.events(commit)
        return [e.body.reason for e in events if isinstance(e.body, RunRefused)]

    def ran(self) -> Sequence[str]:
        """Return the commits whose workflow was played, in order."""
        return " ".join(self.told()).split()

    def told(self) -> list[str]:
        """Return the lines that workflows wrote down."""
        return self._ledger.read_text().splitlines() if self._ledger.exists() else []


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    (tmp_path / "keys").mkdir()
    return Keys(tmp_path / "keys")


@pytest.fixture
def world(folder: Folder, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A repository whose one workflow says which commit it is played for."""
    monkeypatch.setenv("LEDGER", str(tmp_path / "ledger"))
    folder.write({"workflows/main.wf": ASKS})
    return World(folder, keys, tmp_path / "ledger")
