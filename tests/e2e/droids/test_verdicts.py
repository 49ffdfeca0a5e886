"""What becomes of a step, whatever its agent does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.droids.conftest import Desk, Step

    from gitwf.records.fold import RunRecord

    Steps = Callable[[RunRecord], list[Step]]


@pytest.mark.parametrize(
    ("mode", "files", "commits"),
    [
        pytest.param(
            "commits",
            ["feature.py", "test_feature.py"],
            ["Write the feature", "Test the feature"],
            id="commits",
        ),
        pytest.param(
            "dirt",
            ["feature.py", "train.py"],
            ["Keep what coder left uncommitted"],
            id="leaves-dirt",
        ),
        pytest.param(
            "both",
            ["feature.py", "notes.txt"],
            ["Write the feature", "Keep what coder left uncommitted"],
            id="commits-and-leaves-dirt",
        ),
        pytest.param("wanders", ["feature.py"], ["Change"], id="goes-to-another-branch"),
        pytest.param(
            "locks",
            ["feature.py"],
            ["Keep what coder left uncommitted"],
            id="leaves-a-lock-of-the-index",
        ),
        pytest.param("vanishes", ["feature.py"], ["Change"], id="deletes-its-worktree"),
    ],
)
def test_work_is_on_a_branch_of_its_own(
    desk: Desk, steps: Steps, mode: str, files: list[str], commits: list[str]
) -> None:
    record = desk(f"droid:coder → /work {mode}\n")

    (step,) = steps(record)
    assert (record.status, step.error) == ("succeeded", None)
    branch = desk.branch()
    assert step.result == {
        "branch": branch,
        "commits": desk.folder.git("rev-list", "--reverse", f"main..{branch}").split(),
        "files": files,
        "output": "All done.",
    }
    assert desk.log(branch) == commits
    authors = desk.folder.git("log", "--format=%an <%ae>", f"main..{branch}")
    assert set(authors.splitlines()) == {"coder <coder@git-wf.localhost>"}
    kept = f"refs/wf/droids/{desk.run}/coder"
    assert desk.folder.git("rev-parse", kept) == desk.folder.git("rev-parse", branch)
    assert desk.folder.git("log", "-1", "--format=%s", "main") == "Ask"
    desk.check_clean()


@pytest.mark.parametrize(
    ("mode", "kind", "message"),
    [
        pytest.param(
            "nothing",
            "missing",
            "it ended well and did nothing: there is no commit, and no file changed",
            id="does-nothing",
        ),
        pytest.param(
            "lies",
            "missing",
            "it ended well and did nothing: there is no commit, and no file changed",
            id="lies",
        ),
        pytest.param(
            "empty",
            "missing",
            "it ended well and did nothing: there is no commit, and no file changed",
            id="commits-nothing",
        ),
        pytest.param(
            "protected",
            "path",
            "it changed what is protected: `.github/workflows/ci.yml`, `main.wf` "
            "(`allow:.github/workflows/ci.yml,main.wf` lets it)",
            id="touches-protected-paths",
        ),
        pytest.param(
            "broken",
            "exit",
            'it printed no JSON result: `{"type": "result", "subtype": "success",`',
            id="prints-broken-json",
        ),
        pytest.param("silent", "exit", "it printed nothing, not even a result", id="says-nothing"),
        pytest.param(
            "denied",
            "exit",
            "it was denied permission: `Bash` 2 times, `WebFetch`",
            id="denied-permissions",
        ),
        pytest.param(
            "api",
            "exit",
            "it says that it failed: API Error: 529 overloaded",
            id="api-error-with-exit-0",
        ),
        pytest.param(
            "rewrites", "condition", "it left the history that it began at", id="orphan-history"
        ),
    ],
)
def test_what_an_agent_says_is_not_believed(
    desk: Desk, steps: Steps, mode: str, kind: str, message: str
) -> None:
    record = desk(f"droid:coder merge:ff → /work {mode}\n")

    (step,) = steps(record)
    assert (step.status, step.kind, step.error) == ("failed", kind, f"`droid:coder`: {message}")
    assert record.error is not None
    assert record.error.message == step.error
    assert desk.folder.git("log", "-1", "--format=%s", "main") == "Ask"
    assert desk.folder.git("branch", "--list", desk.branch())
    desk.check_clean()


@pytest.mark.parametrize(
    ("mode", "message", "left"),
    [
        pytest.param(
            "turns",
            "`droid:coder` exited with 1; it says that it failed: it does not say why",
            ["Change"],
            id="out-of-turns",
        ),
        pytest.param(
            "crashes",
            "`droid:coder` exited with 3: Traceback: no such model",
            ["Keep what coder left uncommitted"],
            id="crashes",
        ),
    ],
)
def test_the_work_of_an_agent_that_failed_is_kept(
    desk: Desk, steps: Steps, mode: str, message: str, left: list[str]
) -> None:
    record = desk(f"droid:coder → /work {mode}\n")

    (step,) = steps(record)
    assert (step.status, step.error) == ("failed", message)
    assert desk.log(desk.branch()) == left
    desk.check_clean()
