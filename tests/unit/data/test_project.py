from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from gitwf.data.errors import BrokenFileError, DataError, NoDvcError, UnsupportedError
from gitwf.data.project import Project, prepare_workspace

Write = Callable[[dict[str, str | bytes]], None]


def test_no_dvc_is_said_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(NoDvcError) as caught:
        Project.open(tmp_path)
    assert str(caught.value) == "no DVC here (run `git wf init`)"
    with pytest.raises(NoDvcError) as caught:
        prepare_workspace(None, tmp_path)
    assert str(caught.value) == "no DVC in this commit (run `git wf init` and commit `.dvc`)"


@pytest.mark.parametrize(
    ("config", "kind", "message"),
    [
        ("[core]\nhardlink_lock = true\n", UnsupportedError, "`core.hardlink_lock` is set"),
        ("[cache]\nlocal = x\n", UnsupportedError, "`cache.local` is set"),
        ("[cache]\ntype = magic\n", UnsupportedError, "`cache.type` is `magic`"),
        ("x = 1\n", BrokenFileError, "`{}` is no DVC configuration: File contains no section"),
    ],
)
def test_what_is_set_up_otherwise_is_refused(
    root: Path, write: Write, config: str, kind: type[DataError], message: str
) -> None:
    write({".dvc/config": config})
    with pytest.raises(kind) as caught:
        Project.open(root)
    assert caught.value.message.startswith(message.format(root / ".dvc" / "config"))


def test_a_workspace_gets_the_cache_and_the_local_settings(
    root: Path, write: Write, tmp_path: Path
) -> None:
    write(
        {
            ".dvc/config": "[core]\n    remote = s\n['remote \"s\"']\n    url = ../store\n",
            ".dvc/config.local": "['remote \"s\"']\n    password = a#b\n    keyfile = key\n",
        }
    )
    workspace = tmp_path / "workspace"
    (workspace / ".dvc").mkdir(parents=True)
    for _ in range(2):
        prepare_workspace(Project.open(root), workspace)
    local = workspace / ".dvc" / "config.local"
    assert local.read_text() == (
        f'[\'remote "s"\']\n    url = {root}/store\n    password = "a#b"\n'
        f"    keyfile = {root}/.dvc/key\n[cache]\n    dir = {root}/.dvc/cache\n"
    )
    assert stat.S_IMODE(local.stat().st_mode) == 0o600
    assert Project.open(workspace).cache.root == root / ".dvc" / "cache"


def test_a_bare_repository_names_its_cache(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    (workspace / ".dvc").mkdir(parents=True)
    prepare_workspace(None, workspace, tmp_path / "cache")
    assert Project.open(workspace).cache.root == tmp_path / "cache"


def test_a_cache_whose_name_no_quotes_can_hold(tmp_path: Path) -> None:
    odd = tmp_path / 'it\'s\n"odd"'
    workspace = odd / "workspace"
    (workspace / ".dvc").mkdir(parents=True)
    prepare_workspace(None, workspace, odd / "cache")
    assert Project.open(workspace).cache.root == odd / "cache"


def test_a_lock_file_that_another_writes_is_read_again(root: Path, project: Project) -> None:
    head = "schema: '2.0'\nstages:\n"
    assert project.lockfile().entries() == {}
    for name in ("one", "two"):
        (root / "dvc.lock").write_text(f"{head}  {name}:\n    cmd: a\n")
        assert list(project.lockfile().entries()) == [name]
