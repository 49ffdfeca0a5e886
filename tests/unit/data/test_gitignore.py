from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gitwf.data.gitignore import GitIgnore

Write = Callable[[dict[str, str | bytes]], None]


@pytest.mark.parametrize(
    ("files", "out", "expected"),
    [
        pytest.param({}, "model", "/model\n", id="new"),
        pytest.param({".gitignore": "/a\n"}, "model", "/a\n/model\n", id="appended"),
        pytest.param({".gitignore": "/a"}, "model", "/a\n/model\n", id="no-line-end"),
        pytest.param({".gitignore": "/model\n"}, "model", "/model\n", id="there"),
        pytest.param({".gitignore": "*.bin\n"}, "m.bin", "*.bin\n", id="pattern"),
        pytest.param({".gitignore": "*.bin\n!m.bin\n"}, "m.bin", "*.bin\n!m.bin\n/m.bin\n", id="negated"),
        pytest.param({".gitignore": "model/\n", "model/x": ""}, "model", "model/\n", id="folder"),
        pytest.param({".gitignore": "model/\n", "model": ""}, "model", "model/\n/model\n", id="no-folder"),
        pytest.param({".git/info/exclude": "model\n"}, "model", None, id="exclude"),
        pytest.param({}, "a[1]*.txt", "/a\\[1\\]\\*.txt\n", id="escaped"),
        pytest.param({"d/x": "", ".gitignore": "d/\n"}, "d/model", None, id="folder-above"),
        pytest.param({"d/x": "", ".gitignore": "/model\n"}, "d/model", "/model\n", id="elsewhere"),
    ],
)  # fmt: skip
def test_outs_are_ignored_once(
    root: Path, write: Write, files: dict[str, str | bytes], out: str, expected: str | None
) -> None:
    write(files)
    path = root / out
    path.parent.mkdir(exist_ok=True)
    rules = GitIgnore(root)
    for _ in range(2):
        rules.add([path])
    found = path.with_name(".gitignore")
    assert (found.read_text() if found.exists() else None) == expected


def test_a_project_below_the_top_follows_the_rules_of_the_top(root: Path, write: Write) -> None:
    write({".gitignore": "*.bin\n", "sub/x": ""})
    GitIgnore(root / "sub").add([root / "sub" / "a.bin", root / "sub" / "b.txt"])
    assert (root / "sub" / ".gitignore").read_text() == "/b.txt\n"


def test_what_another_writes_meanwhile_is_followed(root: Path, write: Write) -> None:
    rules = GitIgnore(root)
    rules.add([root / "a.bin"])
    write({".gitignore": "/a.bin\n*.bin\n"})
    rules.add([root / "b.bin", root / "c.txt"])
    assert (root / ".gitignore").read_text() == "/a.bin\n*.bin\n/c.txt\n"
