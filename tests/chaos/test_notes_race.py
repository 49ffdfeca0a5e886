"""Two hundred lines of notes from eight clones at once, through real pushes: all of them are there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
import pytest

if TYPE_CHECKING:
    from tests.conftest import MakeFolder

CLONES, EACH = 8, 25

WRITER = f"""\
import sys
from pathlib import Path
from gitwf.reconcile.sharing.exchange import Exchange
from gitwf.reconcile.sharing.holder import this_holder
from gitwf.reconcile.sharing.share import Share
from gitwf.records.store import Records
from gitwf.repo.errors import ConflictError
from gitwf.repo.remote import Remote
from gitwf.repo.repository import Repository

repository = Repository.open(Path.cwd())
records = Records(repository)
exchange = Exchange(repository, records, Remote(repository, "origin"))
share = Share(exchange, records, this_holder(records.owner), "here")
commits, name = sys.argv[2:], sys.argv[1]
share.pull()
for number in range({EACH}):
    line = b'{{"at":"%03d","by":"%s"}}' % (number, name.encode())
    records.notes.append({{commits[number % 2 * (1 + number % 3)]: [line]}})
    while True:
        try:
            share.push(whole=False)
        except ConflictError:
            continue
        break
"""


@pytest.mark.slow
def test_no_line_is_lost(
    make_folder: MakeFolder, record_property: Callable[[str, object], None]
) -> None:
    hub = make_folder("hub", "--bare")
    first = make_folder("first")
    commits = [first.commit({"n": str(n)}) for n in range(4)]
    first.git("push", "--quiet", str(hub.path), "main")
    writers = []
    for number in range(CLONES):
        clone = make_folder(f"clone-{number}")
        clone.git("pull", "--quiet", str(hub.path), "main")
        clone.git("remote", "add", "origin", str(hub.path))
        words = [sys.executable, "-c", WRITER, f"clone-{number}", *commits]
        writers.append(subprocess.Popen(words, cwd=clone.path))
    assert [writer.wait(280) for writer in writers] == [0] * CLONES
    lines = [
        line
        for commit in commits
        for line in hub.git("notes", "--ref=wf", "show", commit).splitlines()
        if line
    ]
    assert len(set(lines)) == len(lines) == CLONES * EACH
    figures = {"lines": len(lines), "commits": int(hub.git("rev-list", "--count", "refs/notes/wf"))}
    record_property("race", msgspec.json.encode(figures).decode())
    hub.git("fsck", "--strict", "--no-dangling")
