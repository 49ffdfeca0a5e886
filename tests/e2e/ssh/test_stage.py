"""A stage on another machine: the same outs, the same records, and nothing sent or run twice."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.e2e.conftest import Project
    from tests.e2e.ssh.conftest import Box

STAGE = """\
define:/train
  ↳ run     → sh train.sh
  ↳ deps    → train.sh data
  ↳ params  → rate
  ↳ outs    → models log.txt
  ↳ metrics → metrics/all.json
  ↳ env     → SEED=2
{target}
define:/use
  ↳ run  → cat models/deep/a.bin log.txt
  ↳ deps → models log.txt
{target}
/train
/use
"""

TRAIN = r"""
set -e
echo train >> "$LEDGER"
mkdir -p models/deep/er models/empty
printf '\000\377 %s' "$SEED" > models/deep/a.bin
cat data/*.csv data/sub/* > "models/deep/er/b c ü'\".txt"
: > models/nothing
printf '#!/bin/sh\n' > models/run.sh; chmod 755 models/run.sh
ln -s deep/a.bin models/linked
head -c 100000 /dev/zero > models/zeros; head -c 100000 /dev/zero > models/zeros2
echo 'line' > log.txt
echo '{"accuracy": 0.9}' > metrics/all.json
"""

FILES: dict[str, str | bytes] = {
    "train.sh": TRAIN,
    "params.yaml": "rate: 0.9\n",
    "data/a.csv": "1\n",
    "data/b c.csv": "2\n",
    "data/sub/ü.csv": "3\n",
    "data/sub/tool": b"\x00\x01",
}


def play(project: Project, target: str) -> None:
    project.commit({**FILES, "workflows/main.wf": STAGE.format(target=target)}, "Train")
    project.done("run", "workflows/main.wf")


def kept(project: Project) -> dict[str, object]:
    """Return what stands in git of the newest run, and what it put into the cache."""
    (tree,) = [ref for ref in project.ended() if project.log()[0].run in ref]
    cache = project.path / ".dvc" / "cache"
    return {
        "dvc.lock": project.git("show", f"{tree}:dvc.lock"),
        "dvc.yaml": project.git("show", f"{tree}:dvc.yaml"),
        "objects": {
            str(path.relative_to(cache)): path.read_bytes()
            for path in cache.glob("files/**/*")
            if path.is_file()
        },
        "runs": sorted(str(path.relative_to(cache)) for path in cache.glob("runs/**/*")),
    }


ON_BOX = "  ↳ target  → ssh:box\n"


def test_it_gives_what_a_local_run_gives(remote: Project, box: Box) -> None:
    box.server.restart(LEDGER=os.environ["LEDGER"])
    play(remote, ON_BOX)
    there = kept(remote)
    assert remote.ledger() == ["train"]
    subprocess.run(
        ["rm", "-rf", remote.path / ".dvc" / "cache", remote.path / ".git" / "wf"], check=True
    )
    remote.git("worktree", "prune")
    play(remote, "")
    assert remote.ledger() == ["train", "train"]
    assert kept(remote) == there


def test_the_run_cache_serves_both(remote: Project, box: Box) -> None:
    box.server.restart(LEDGER=os.environ["LEDGER"])
    play(remote, ON_BOX)
    play(remote, "")
    assert [step["cached"] for step in remote.log()[0].steps] == [True, False]
    (remote.path / "params.yaml").write_text("rate: 0.8\n")
    play(remote, "")
    play(remote, ON_BOX)
    assert [step["cached"] for step in remote.log()[0].steps] == [True, False]


def test_a_second_run_sends_what_changed(remote: Project, box: Box) -> None:
    box.server.restart(LEDGER=os.environ["LEDGER"])
    play(remote, ON_BOX)
    before = stamps(box)
    remote.commit({"data/a.csv": "changed\n"})
    remote.done("run", "workflows/main.wf")
    after = stamps(box)
    assert before.items() <= after.items()
    new = {(box.root() / "objects" / name).read_bytes() for name in after.keys() - before.keys()}
    assert new == {b"changed\n", b"changed\n2\n\x00\x013\n"}, (
        "the file, and what the stage made of it"
    )


def stamps(box: Box) -> dict[str, int]:
    """Return what the store holds, and which files they are."""
    return {path.name: path.stat().st_ino for path in (box.root() / "objects").iterdir()}


def test_nothing_is_left_there_but_the_store(remote: Project, box: Box) -> None:
    box.server.restart(LEDGER=os.environ["LEDGER"])
    play(remote, ON_BOX)
    left = {path.name: sorted(p.name for p in path.iterdir()) for path in box.root().iterdir()}
    assert left.pop("objects")
    run = remote.log()[0].run
    assert left == {"jobs": [], "work": [], "incoming": [], "claims": [run]}


SPOILS = """\
define:/spoil
  ↳ run    → echo spoiled > data.csv; cat data.csv > out.txt
  ↳ deps   → data.csv
  ↳ outs   → out.txt
  ↳ target → ssh:box
/spoil
"""


def test_a_job_that_writes_into_its_deps_spoils_no_other(remote: Project, box: Box) -> None:
    remote.commit({"workflows/main.wf": SPOILS, "data.csv": "sound\n"})
    remote.done("run", "workflows/main.wf")
    assert b"sound\n" in box.objects().values()
    assert b"spoiled\n" not in box.objects().values()


LARGE = """\
define:/grow
  ↳ run    → cat big.bin big.bin big.bin big.bin > out.bin
  ↳ deps   → big.bin
  ↳ outs   → out.bin
  ↳ target → ssh:box
/grow
"""


def test_large_files(remote: Project) -> None:
    content = b"".join(b"%d\n" % number for number in range(2_500_000))
    remote.commit({"workflows/main.wf": LARGE, ".gitignore": "/big.bin\n"})
    (remote.path / "big.bin").write_bytes(content)
    subprocess.run(["dvc", "add", "-q", "big.bin"], cwd=remote.path, check=True)
    remote.commit({})
    remote.done("run", "workflows/main.wf")
    remote.done("checkout", remote.log()[0].run)
    assert (remote.path / "out.bin").read_bytes() == content * 4


PLAIN = """\
define:/show
  ↳ run    → cat src/code.py; ls; echo made > made.txt
  ↳ target → ssh:box
/echo note > ./note.txt
/show
if:exists("made.txt") → /fail "it came back"
"""


def test_a_command_that_is_no_stage(remote: Project) -> None:
    files = {"src/code.py": "code\n", "skipped/a.txt": "no\n", ".dvcignore": "skipped\n"}
    remote.commit({"workflows/main.wf": PLAIN, **files})
    remote.done("run", "workflows/main.wf")
    printed = remote.done("logs", remote.log()[0].run).split()
    assert printed[printed.index("code") :] == ["code", "src", "wf.toml", "workflows"]


DIRECTIVE = """\
define:/where
  ↳ run → pwd
define:/box
  ↳ run    → pwd
  ↳ target → ssh:box
$a = target:ssh:box → /where
$b = target:ssh:box → target:local → /where
$c = /box
$d = target:local → /box
$name = "ssh:box"
$e = target:$name workdir:%s → { /where ; /where }
/echo $a
/echo $b
/echo $c
/echo $d
/echo $e
"""


def test_the_innermost_target_counts(remote: Project, box: Box) -> None:
    other = box.workdir.with_name("other")
    remote.commit({"workflows/main.wf": DIRECTIVE % other})
    remote.done("run", "workflows/main.wf")
    logs = remote.done("logs", remote.log()[0].run).splitlines()
    places = [line for line in logs if line.startswith("/")][-5:]
    there, here = str(box.workdir), str(remote.path / ".git" / "wf" / "workspaces")
    expected = [there, here, there, here, str(other)]
    assert [p for p, e in zip(places, expected, strict=True) if not p.startswith(e)] == []
