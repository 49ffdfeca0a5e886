"""What an agent gets, what it may not, and how its work is checked."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from tests.gitlfs import needs_git_lfs

from gitwf.engine.unit.stop import CANCELLED

if TYPE_CHECKING:
    from tests.e2e.droids.conftest import Desk, Step

    from gitwf.records.fold import RunRecord

    Steps = Callable[[RunRecord], list[Step]]

DEADLINE = 60.0


def test_what_an_agent_is_given(desk: Desk, steps: Steps) -> None:
    desk.files[".claude/commands/fix.md"] = (
        "---\ndescription: Fix\n---\nFix $1, all of: $ARGUMENTS\n!`touch /tmp/owned` @train.py\nmode looks"
    )
    desk.environment |= {
        "RUNPOD_API_KEY": "pods",
        "GITHUB_TOKEN": "push",
        "SSH_AUTH_SOCK": "/agent",
        "FAKE_API_KEY": "sesame-open",
        "EDITOR": "vi",
    }
    record = desk('droid:coder turns:5 budget:1.50 → /fix "the bug" now\n', 'env = ["FAKE_*"]')

    (step,) = steps(record)
    assert step.error is None
    seen = msgspec.json.decode(str(step.result["output"]))
    assert seen["arguments"] == [
        "Fix the bug, all of: the bug now\n!`touch /tmp/owned` @train.py\nmode looks",
        *("--ledger", str(desk.ledger), "--model", "opus", "--turns", "5", "--budget", "1.50"),
        *("--system", "You write code."),
    ]
    assert seen["stdin"] == ""
    assert seen["terminal"] == [False, False, False]
    assert seen["branch"] == f"refs/heads/{desk.branch()}"
    assert seen["status"] == ""
    assert seen["secret"] == "*" * 3
    given = {
        name for name in seen["environment"] if not name.startswith(("GIT_", "SSH_", "WF_", "LC_"))
    }
    assert given - {"PWD", "SHLVL", "_", "OLDPWD"} == {"PATH", "HOME", "FAKE_API_KEY"}
    assert not Path("/tmp/owned").exists()


def test_what_the_record_keeps(desk: Desk, steps: Steps) -> None:
    (step,) = steps(desk("droid:coder → /work commits\n"))
    branch = desk.branch()
    assert step.about == {
        "agent": "coder",
        "program": Path(sys.executable).name,
        "model": "opus",
        "session": "3f0c",
        "cost": 0.12,
        "turns": 7,
        "prompt": hashlib.sha256(b"/work commits").hexdigest(),
        "branch": branch,
        "base": desk.folder.git("rev-parse", "main"),
        "head": desk.folder.git("rev-parse", branch),
    }


def test_an_agent_cannot_push(desk: Desk, steps: Steps, tmp_path: Path) -> None:
    desk.folder.git("init", "--quiet", "--bare", str(tmp_path / "origin"))
    desk.folder.git("remote", "add", "origin", str(tmp_path / "origin"))
    (step,) = steps(desk("droid:coder → /work pushes\n"))

    assert step.result["output"] == "push: 128"
    assert desk.folder.git("ls-remote", "origin") == ""


@pytest.mark.parametrize(
    ("text", "kind", "error"),
    [
        pytest.param("test -f feature.py", None, None, id="passes"),
        pytest.param(
            "echo 1 failed >&2; exit 2",
            "exit",
            "`droid:coder`: its check failed: `/test` exited with 2: 1 failed",
            id="fails",
        ),
    ],
)
def test_a_check_runs_in_the_worktree_of_the_agent(
    desk: Desk, steps: Steps, text: str, kind: str | None, error: str | None
) -> None:
    record = desk(
        f"define:/test\n  ↳ run → {text}\ndroid:coder check:/test merge:ff → /work commits\n"
    )
    (step,) = steps(record)
    assert (step.kind, step.error) == (kind, error)
    merged = desk.folder.git("log", "-1", "--format=%s", "main")
    assert merged == ("Ask" if error else "Test the feature")
    desk.check_clean()


def test_a_check_is_never_answered_from_the_cache_and_is_no_part_of_the_work(
    desk: Desk, steps: Steps
) -> None:
    record = desk(
        f"define:/test\n  ↳ run → echo x | tee -a {desk.ledger} > out.txt\n  ↳ outs → out.txt\n"
        "retry:1 → { droid:coder check:/test → /work dirt && /fail }\n"
    )
    assert [step.error for step in steps(record)] == [None, None]
    assert desk.calls().count("x") == 2
    assert [step.result["files"] for step in steps(record)] == [["feature.py", "train.py"]] * 2
    desk.check_clean()


@pytest.mark.parametrize(
    ("allow", "more", "error"),
    [
        pytest.param("allow:main.wf,.github/**", "", None, id="allowed"),
        pytest.param("", 'protected = ["secret/**"]', None, id="protects-something-else"),
        pytest.param(
            "",
            'protected = ["feature.*"]',
            "`droid:coder`: it changed what is protected: `feature.py` (`allow:feature.py` lets it)",
            id="protected-by-settings",
        ),
    ],
)
def test_protected_paths(
    desk: Desk, steps: Steps, allow: str, more: str, error: str | None
) -> None:
    (step,) = steps(desk(f"droid:coder {allow} → /work protected\n", more))
    assert step.error == error


@pytest.mark.parametrize(
    ("mode", "files", "error"),
    [
        pytest.param("reviews", "[]", None, id="an-answer-is-enough"),
        pytest.param("reports", "reports/$1.md", None, id="the-file-is-there"),
        pytest.param(
            "commits",
            "reports/$1.md",
            "`droid:coder`: it ended well, and did not write `reports/review.md`",
            id="another-file",
        ),
    ],
)
def test_declared_files(desk: Desk, steps: Steps, mode: str, files: str, error: str | None) -> None:
    desk.files["commands/do.md"] = f"---\nfiles: {files}\n---\nDo it: $2"
    (step,) = steps(desk(f"droid:coder → /do review {mode}\n"))
    assert step.error == error


@pytest.mark.parametrize("mode", ["hangs", "deaf"])
def test_the_time_limit_ends_all_of_it(desk: Desk, steps: Steps, mode: str) -> None:
    (step,) = steps(desk(f"droid:coder timeout:2s → /work {mode}\n"))
    assert (step.status, step.kind, step.error) == (
        "timeout",
        "timeout",
        "`droid:coder` did not end in 2 s",
    )
    assert desk.log(desk.branch()) == ["Keep what coder left uncommitted"]
    desk.check_clean()


def test_a_child_that_is_left_behind_ends_with_it(desk: Desk, steps: Steps) -> None:
    (step,) = steps(desk("droid:coder → /work forks\n"))
    assert step.result["files"] == ["feature.py", "test_feature.py"]
    child = int((desk.ledger.parent / "child").read_text())
    stat = subprocess.run(["ps", "-o", "stat=", "-p", str(child)], capture_output=True, check=False)
    assert stat.stdout.strip()[:1] in (b"", b"Z")
    desk.check_clean()


def test_a_cancelled_agent_keeps_its_work(desk: Desk, steps: Steps) -> None:
    desk.ask("droid:coder → /work hangs\n")

    def cancel() -> None:
        until = time.monotonic() + DEADLINE
        while "started" not in desk.calls() and time.monotonic() < until:
            time.sleep(0.02)
        desk.stop.set(CANCELLED)

    threading.Thread(target=cancel).start()
    record = desk.again()
    (step,) = steps(record)
    assert (record.status, step.status, step.error) == (
        "cancelled",
        "cancelled",
        "the run was cancelled",
    )
    assert desk.log(desk.branch()) == ["Keep what coder left uncommitted"]
    desk.check_clean()


@pytest.mark.parametrize(
    ("options", "more", "error"),
    [
        pytest.param(
            "",
            'command = ["agent", "{promt}"]',
            "`{promt}` in its command is no place; there are `{prompt}`, `{prompt_file}`, `{system}`, "
            "`{system_file}`, `{instructions}`, `{model}`, `{tools}`, `{cwd}`, `{turns}`, `{budget}`, "
            "`{agent}`, `{branch}`",
            id="an-unknown-place",
        ),
    ],
)
def test_what_cannot_be_begun(
    desk: Desk, steps: Steps, options: str, more: str, error: str
) -> None:
    (step,) = steps(desk(f"droid:coder {options} → /work commits\n", f"[droid.coder]\n{more}"))
    assert (step.kind, step.error) == ("start", f"`droid:coder`: {error}")
    assert desk.calls() == []


def test_a_program_that_is_not_there(desk: Desk, steps: Steps) -> None:
    record = desk(
        "droid:coder → /work commits\n", '[droid.coder]\ncommand = ["no-such-agent", "{prompt}"]'
    )
    (step,) = steps(record)
    assert step.kind == "start"
    assert step.error == (
        "`droid:coder`: there is no program `no-such-agent` on the PATH; install it, or say in "
        "`[droid]` of `wf.toml` whose program it is"
    )
    assert desk.folder.git("branch", "--list", "wf/*") == ""


def test_the_answer_is_the_output(desk: Desk) -> None:
    record = desk(
        "{ droid:coder → /work commits } > answer.txt\n"
        '$said = droid:coder → /work dirt\nif:$said.output == "All done." → /echo good → /fail\n'
    )
    assert (record.status, record.error) == ("succeeded", None)
    kept = desk.folder.git("show", f"{record.ref}:answer.txt")
    assert kept == "All done."


def test_a_plan_names_agents_and_what_decides_about_them(desk: Desk) -> None:
    workflow = "$what = 1\ndroid:coder check:/echo → /fix $what now\n"
    desk.folder.commit({**desk.files, "commands/fix.md": "Fix it.", "workflows/a.wf": workflow})

    asked = ["git-wf", "plan", "--json"]
    done = subprocess.run(asked, cwd=desk.path, capture_output=True, text=True, check=True)

    (planned,) = msgspec.json.decode(done.stdout)["workflows"]
    assert [(item["kind"], item["name"]) for item in planned["inputs"]] == [
        ("agent", "droids/coder.md"),
        ("prompt", "commands/fix.md"),
        ("workflow", "workflows/a.wf"),
    ]
    (step,) = planned["steps"]
    assert (step["command"], step["args"], step["does"]) == (
        "droid:coder",
        ["/fix", "*", "now"],
        "executed",
    )


@needs_git_lfs
def test_files_of_lfs_are_there_and_no_work_of_the_agent(desk: Desk, steps: Steps) -> None:
    desk.folder.git("lfs", "install", "--local")
    desk.files |= {
        ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n",
        "large.bin": b"large\n" * 1000,
    }
    check = "define:/test\n  ↳ run → test $(wc -c < large.bin) = 6000\n"
    text = f"{check}droid:coder check:/test merge:ff → /work dirt\n"
    (step,) = steps(desk(text, '[workspace]\nfilters = ["lfs"]\n'))
    assert (step.kind, step.error) == (None, None)
    assert step.result["files"] == ["feature.py", "train.py"]
    assert desk.folder.git("show", "main:large.bin").startswith("version ")
    desk.check_clean()
