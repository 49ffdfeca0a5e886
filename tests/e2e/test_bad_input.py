"""What people get wrong: one clear line with the place and the way out, and nothing half-written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import MakeFolder, SmallDisk
    from tests.e2e.conftest import Project

MEND = "  `git wf validate` says more; mend it and commit\n"
STAGE = "define:/x\n  ↳ run  → {run}\n  ↳ deps → train.py\n  ↳ outs → gone.bin\n\n/x\n"
PLAIN = "define:/x\n  ↳ run → {run}\n\n/x\n"
LOCK = """\
schema: '2.0'
stages:
{}  other:
    cmd: echo {}
"""
CONFLICT = LOCK.format("<<<<<<< HEAD\n", 1) + "=======\n  other:\n    cmd: echo 2\n>>>>>>> theirs\n"

BROKEN_FILES: dict[str, tuple[dict[str, str | bytes], str]] = {
    "settings-no-toml": (
        {"wf.toml": "[controller\n"},
        "wf.toml:1:12: WF601 not TOML: expected ']' at the end of a table declaration",
    ),
    "settings-unknown": (
        {"wf.toml": '[controller]\nbranchs = ["main"]\n'},
        "wf.toml:2:1: WF602 there is no setting `branchs` in `[controller]`",
    ),
    "settings-no-utf8": (
        {"wf.toml": b"# \xff\n"},
        "wf.toml:1:3: WF601 byte 0xFF is not UTF-8",
    ),
    "workflow": (
        {"workflows/main.wf": "/echo hello\nif:$x →\n"},
        "workflows/main.wf:2:4: WF201 `$x` is never set (and 1 more)",
    ),
    "workflow-no-utf8": (
        {"workflows/main.wf": b"/echo \xff\n"},
        "workflows/main.wf:1:7: WF101 byte 0xFF is not UTF-8",
    ),
    "unknown-command": (
        {"workflows/main.wf": "/nonsuch\n"},
        "workflows/main.wf:1:1: WF202 unknown command `/nonsuch`",
    ),
    "command-not-executable": (
        {"commands/hello.sh": "#!/bin/sh\n", "workflows/main.wf": "/hello\n"},
        "workflows/main.wf:1:1: WF202 `commands/hello.sh` is not executable, so `/hello` is no command",
    ),
    "stages-no-yaml": (
        {"dvc.yaml": "stages: [\n"},
        "dvc.yaml:2:1: WF103 `dvc.yaml` is no valid YAML: did not find expected node content, line 2",
    ),
    "stages-no-utf8": (
        {"dvc.yaml": b"stages:\n# \xff\n"},
        "dvc.yaml:2:1: WF103 `dvc.yaml` is not UTF-8, line 2",
    ),
    "lock-conflict": (
        {"dvc.lock": CONFLICT},
        "dvc.lock:3:1: WF103 a merge conflict stands in `dvc.lock`, line 3",
    ),
    "lock-no-yaml": (
        {"dvc.lock": "schema: '2.0'\nstages: [\n"},
        "dvc.lock:3:1: WF103 `dvc.lock` is no valid YAML: did not find expected node content, line 3",
    ),
    "lock-of-old": (
        {"dvc.lock": "schema: '1.0'\nstages: {}\n"},
        "dvc.lock:1:1: WF103 `dvc.lock` is not as DVC writes it",
    ),
}


@pytest.mark.parametrize(("files", "reason"), BROKEN_FILES.values(), ids=BROKEN_FILES)
def test_a_broken_file_is_refused_once(
    project: Project, files: dict[str, str | bytes], reason: str
) -> None:
    commit = project.commit(files)
    done = project.wf("reconcile")
    refused = f"workflows/main.wf: refused at {commit[:10]}: {reason}\n"
    assert (done.status, done.out, done.err) == (1, "", refused + MEND)
    again = project.wf("reconcile")
    stands = f"main: workflows/main.wf was refused at {commit[:10]}: {reason}; {MEND.strip()}\n"
    assert (again.status, again.out, again.err) == (1, "", stands)
    assert [line["type"] for line in project.note()] == ["run.refused"]
    assert project.note()[0]["reason"] == reason
    played = project.wf("run", "workflows/main.wf")
    assert (played.status, played.out) == (2, "")
    assert played.err.startswith(reason.removesuffix(" (and 1 more)") + "\n")
    assert project.ledger() == []


def test_a_mended_file_runs(project: Project) -> None:
    project.commit({"workflows/main.wf": "/nonsuch\n"})
    project.done("reconcile", status=1)
    project.revert()
    project.done("reconcile")
    assert project.ledger() == ["train 0.9", "deploy"]


SAID = """\
dvc.lock:3:1: WF103 a merge conflict stands in `dvc.lock`, line 3
  3 | <<<<<<< HEAD
    | ^
    = mend it, or remove `dvc.lock`: what was executed comes back from the run cache
"""


def test_a_lock_file_with_a_conflict_is_refused_until_it_is_mended(project: Project) -> None:
    project.commit({"dvc.lock": CONFLICT})
    checked = project.wf("validate")
    assert (checked.status, checked.out) == (1, SAID)
    project.done("reconcile", status=1)
    assert project.ledger() == []
    project.commit({"dvc.lock": LOCK.format("", 1)})
    project.done("validate")
    project.done("reconcile")
    assert [run.status for run in project.log()] == ["succeeded"]
    assert project.ledger() == ["train 0.9", "deploy"]


def test_a_workflow_without_stages_does_not_mind_the_lock_file(project: Project) -> None:
    project.commit({"dvc.lock": CONFLICT, "workflows/main.wf": "on:commit\n/echo hello\n"})
    project.done("validate")
    project.done("reconcile")
    assert [run.status for run in project.log()] == ["succeeded"]


ALIASES = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
)
"""Nine lines that hold 9⁹ values."""
UNREADABLE = "`params.yaml` cannot be read: "
PARAMS: dict[str, tuple[str | bytes, str]] = {
    "aliases": (ALIASES, "the value is too large: more than 16777216 characters"),
    "nested": (f"a: {'[' * 10_000}{']' * 10_000}\n", "it is nested too deeply"),
    "no-yaml": ("a: *b\n", "line 1: found undefined alias 'b'"),
    "no-such-kind": ("a: !!bool b\n", "a value is not of the kind that its tag says"),
    "no-utf8": (b"a: \xff\n", "it is not UTF-8"),
}
USES = {
    "interpolated": "/echo ${params.a}\n",
    "or-else": "$x = params.a ?? 1\n",
    "context": "context:params → $a → /echo hello\n",
    "argument": "define:/say word\n  ↳ run → echo $word\n\n/say ${params.a}\n",
    "field": "define:/say\n  ↳ run → echo ${params.a}\n\n/say\n",
    "branches": "fork:2 → /echo ${params.a} & /echo 1\n",
    "handler": "on_failure → /echo ${params.a}\n/echo ${params.a}\n",
}


@pytest.mark.parametrize(("params", "why"), PARAMS.values(), ids=PARAMS)
def test_parameters_that_cannot_be_read_fail_the_step(
    project: Project, params: str | bytes, why: str
) -> None:
    _fails_by_parameters(project, params, USES["interpolated"], UNREADABLE + why)


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_whatever_reads_the_parameters_fails_where_they_are_broken(
    project: Project, use: str
) -> None:
    text, why = PARAMS["no-yaml"]
    _fails_by_parameters(project, text, use, UNREADABLE + why)


def _fails_by_parameters(project: Project, params: str | bytes, use: str, message: str) -> None:
    project.commit({"params.yaml": params, "workflows/main.wf": f"on:commit\n{use}"})
    done = project.wf("reconcile")
    assert done.status == 1, done
    assert "unexpected" not in done.err
    [run] = project.log()
    assert (run.status, run.error and run.error["message"]) == ("failed", message)
    again = f"`git wf retry {run.run}` tries it again\n"
    said = f"main: workflows/main.wf failed in run {run.run}: {again}"
    assert (project.wf("reconcile").status, project.wf("reconcile").err) == (1, said)


def test_without_settings_the_defaults_hold(project: Project) -> None:
    (project.path / "wf.toml").unlink()
    project.commit({})
    project.done("reconcile")
    assert project.ledger() == ["train 0.9", "deploy"]


NO_REPOSITORY = """\
git-wf: `{folder}` is not in a git repository
  go to your project's folder, or make it one with `git init`
"""


@pytest.mark.parametrize(
    "words",
    [
        "init",
        "run x.wf",
        "reconcile",
        "controller",
        "status",
        "log",
        "show x",
        "checkout x",
        "sync",
    ],
)
def test_not_a_repository(tmp_path: Path, words: str) -> None:
    done = subprocess.run(
        ["git-wf", *words.split()], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == NO_REPOSITORY.format(folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


USAGE: dict[str, tuple[str, str]] = {
    "no-such-file": (
        "run nofile.wf",
        "git-wf: there is no file `nofile.wf`\n  name a `.wf` file of this repository\n",
    ),
    "not-committed": (
        "run new.wf",
        "git-wf: `new.wf` is not in HEAD\n  commit it, or run it as it is with `--here`\n",
    ),
    "folder": ("run workflows", "git-wf: `workflows` is a folder\n  name a workflow file in it\n"),
    "outside": (
        "run ../x.wf",
        "git-wf: `../x.wf` is not in this repository\n  name a file below its root\n",
    ),
    "bad-setting": (
        "run workflows/main.wf --set x",
        "git-wf: `--set x` sets nothing\n  write `--set name=value`\n",
    ),
    "effects-of-a-commit": (
        "run workflows/main.wf --effects",
        "git-wf: `--effects` is for `--here`\n  a run of HEAD may have its effects: leave it away\n",
    ),
    "two-forms": (
        "results --json --csv",
        "git-wf: `--json` and `--csv` are two forms\n  say one of them\n",
    ),
    "setting-of-no-variable": (
        "run workflows/main.wf --set rte=2",
        "git-wf: `workflows/main.wf` uses no variable `rte`\n  it would have no effect\n",
    ),
    "setting-that-is-overwritten": (
        "run new.wf --here --set lr=2",
        (
            "git-wf: `--set lr` would have no effect: line 2 of `new.wf` sets `$lr`\n"
            "  write `$lr = $lr ?? 0.5`\n"
        ),
    ),
    "setting-that-a-command-overwrites": (
        "run new.wf --here --set best=2",
        (
            "git-wf: `--set best` would have no effect: line 4 of `new.wf` sets `$best`\n"
            "  leave it away\n"
        ),
    ),
    "no-such-run": (
        "show nonsense",
        "git-wf: there is no run `nonsense`\n  `git wf log` lists them\n",
    ),
    "checkout-no-such-run": (
        "checkout 01ABC",
        "git-wf: there is no run `01ABC`\n  `git wf log` lists them\n",
    ),
    "validate-no-such-file": (
        "validate nofile.wf",
        "git-wf: there is no file `nofile.wf`\n  name a `.wf` file of this repository\n",
    ),
}


@pytest.mark.parametrize(("words", "said"), USAGE.values(), ids=USAGE)
def test_usage(project: Project, words: str, said: str) -> None:
    text = "/echo hello\n$lr = 0.5\n/echo $lr\n$best = /echo 1\n/echo $best\n"
    project.folder.write({"new.wf": text})
    done = project.wf(*words.split())
    assert (done.status, done.out, done.err) == (2, "", said)


def test_before_the_first_commit(ready: Project) -> None:
    ready.folder.write({"workflows/main.wf": "/echo hello\n"})
    settled = ready.wf("reconcile")
    why = "there is no commit on any branch yet: commit something first\n"
    assert (settled.status, settled.out, settled.err) == (0, "", f"nothing to do: {why}")
    assert ready.done("status").startswith(f"no branch is watched: {why}")
    played = ready.wf("run", "workflows/main.wf")
    said = "git-wf: there is no commit yet\n  commit the workflow first\n"
    assert (played.status, played.out, played.err) == (2, "", said)
    assert ready.done("log", "--json") == "[]\n"


def test_no_branch_of_the_name(project: Project) -> None:
    settled = project.wf("reconcile", "--branch", "mian")
    said = (
        "nothing to do: there is no branch `mian`: name others with `--branch`, or in `wf.toml`\n"
    )
    assert (settled.status, settled.out, settled.err) == (0, "", said)


def test_a_submodule(project: Project) -> None:
    head = project.git("rev-parse", "HEAD").strip()
    project.git("update-index", "--add", "--cacheinfo", f"160000,{head},lib")
    project.folder.write({".gitmodules": '[submodule "lib"]\n\tpath = lib\n\turl = ../lib\n'})
    project.git("add", ".gitmodules")
    project.git("commit", "--quiet", "--message", "A submodule")
    why = f"`lib` is a submodule, whose commit {head[:10]} is not here"
    out = "`git submodule update --init --recursive lib` gets it"
    settled = project.wf("reconcile")
    commit = project.git("rev-parse", "HEAD")[:10]
    refused = f"workflows/main.wf: refused at {commit}: {why}: {out}\n"
    assert (settled.status, settled.out, settled.err) == (1, "", refused)
    played = project.wf("run", "workflows/main.wf")
    said = f"git-wf: {why}\n  {out}, or play the working tree with `--here`\n"
    assert (played.status, played.out, played.err) == (2, "", said)
    assert project.log() == []


def test_a_file_that_goes_through_a_filter(project: Project) -> None:
    project.git("config", "filter.crypt.smudge", "crypt smudge")
    project.git("config", "filter.crypt.clean", "cat")
    project.folder.write({".gitattributes": "*.csv filter=crypt\n", "key.csv": "1\n"})
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "A filter")
    why = "`key.csv` goes through the filter `crypt` (`crypt smudge`), which no run calls"
    out = "have git keep it as it is to be read, or DVC track it"
    played = project.wf("run", "workflows/main.wf")
    said = f"git-wf: {why}\n  {out}, or play the working tree with `--here`\n"
    assert (played.status, played.out, played.err) == (2, "", said)
    assert f"would be refused ({why}: {out})" in project.done("plan", status=1)
    settled = project.wf("reconcile")
    commit = project.git("rev-parse", "HEAD")[:10]
    refused = f"workflows/main.wf: refused at {commit}: {why}: {out}\n"
    assert (settled.status, settled.out, settled.err) == (1, "", refused)
    assert project.log() == []
    assert "1 executed" in project.wf("run", "--here", "workflows/main.wf").err


def test_nothing_was_ever_deployed(project: Project) -> None:
    done = project.wf("rollback", "production")
    said = "git-wf: nothing was ever deployed to `production`\n"
    assert (done.status, done.out, done.err) == (2, "", said)


def test_a_detached_head(project: Project) -> None:
    project.commit({"wf.toml": ""}, "Name no branch")
    project.git("checkout", "--quiet", "--detach")
    said = (
        "git-wf: HEAD is detached, so no branch is watched\n"
        "  name one with `--branch`, or set `[controller] branches` in `wf.toml`\n"
    )
    for words in ("reconcile", "controller"):
        done = project.wf(words)
        assert (done.status, done.out, done.err) == (2, "", said)
    project.done("run", "workflows/main.wf")
    project.done("reconcile", "--branch", "main")
    assert [run.branch for run in project.log()] == ["main", None]
    assert "is gone" not in project.done("status")


def test_a_shallow_clone(project: Project, make_folder: MakeFolder, tmp_path: Path) -> None:
    project.commit({"params.yaml": "rate: 0.8\n"})
    shallow = tmp_path / "shallow"
    origin = f"file://{project.path}"
    project.git("clone", "--quiet", "--depth=1", origin, str(shallow))
    done = project.wf("reconcile", cwd=shallow)
    assert done.status == 0, done
    assert project.ledger() == ["train 0.8", "deploy"]
    assert make_folder("shallow").git("fsck", "--strict", "--no-dangling") == ""


def test_a_bare_repository(project: Project, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    project.git("clone", "--quiet", "--bare", ".", str(bare))
    assert project.wf("reconcile", cwd=bare).status == 0
    assert project.ledger() == ["train 0.9", "deploy"]
    for words, way_out in {
        "run workflows/main.wf --here": "leave `--here` away",
        "sync": "clone it first",
        "checkout 01": "clone it first",
    }.items():
        done = project.wf(*words.split(), cwd=bare)
        said = f"git-wf: a bare repository has no working tree\n  {way_out}\n"
        assert (done.status, done.out, done.err) == (2, "", said)


def test_a_dirty_tree_is_left_alone(project: Project) -> None:
    path = project.path / "workflows" / "main.wf"
    project.folder.write({"params.yaml": "rate: 0.1\n", "workflows/main.wf": "/nonsuch\n"})
    before = project.git("status", "--short")
    project.done("reconcile")
    played = project.wf("run", "workflows/main.wf")
    notice = "`workflows/main.wf` differs from HEAD: HEAD runs; `--here` runs the working tree\n"
    assert played.status == 0
    assert played.err.startswith(notice)
    assert project.ledger() == ["train 0.9", "deploy", "deploy"]
    assert project.git("status", "--short") == before
    assert path.read_text() == "/nonsuch\n"


def test_no_dvc(empty: Project) -> None:
    files = {"workflows/main.wf": STAGE.format(run="echo 1 > gone.bin"), "train.py": ""}
    empty.commit(files)
    done = empty.wf("reconcile")
    assert (done.status, done.out) == (1, "")
    assert "  /x: failed in " in done.err
    assert done.err.endswith(": no DVC here (run `git wf init`)\n")
    assert empty.log()[0].error == {
        "message": "no DVC here (run `git wf init`)",
        "kind": "start",
        "command": "/x",
        "step": "2",
        "status": 1,
    }


FAILURES: dict[str, tuple[str, str]] = {
    "no-such-program": (
        PLAIN.format(run="nonsuch-program 2> /dev/null"),
        "`/x` exited with 127, a program was not found",
    ),
    "out-not-written": (
        STAGE.format(run="true"),
        "`x` did not write `gone.bin` (an out is written by the command that declares it)",
    ),
    "error-no-utf8": (
        PLAIN.format(run=r"printf 'bad \377\n' >&2; exit 3"),
        "`/x` exited with 3: bad �",
    ),
}


@pytest.mark.parametrize(("text", "message"), FAILURES.values(), ids=FAILURES)
def test_a_command_that_fails(project: Project, text: str, message: str) -> None:
    project.commit({"workflows/main.wf": text})
    done = project.wf("reconcile")
    assert (done.status, done.out) == (1, "")
    assert done.err.endswith(f": {message}\n")
    (run,) = project.log()
    assert (run.status, run.restored) == ("failed", 0)
    assert run.error is not None
    assert run.error["message"] == message
    assert project.git("fsck", "--strict", "--no-dangling") == ""


def test_output_that_is_no_utf8(project: Project) -> None:
    text = PLAIN.format(run=r"printf 'a\377\376b'").replace("/x\n", "$seen = /x\n/echo $seen\n", 2)
    text = text.replace("define:$seen = /x\n/echo $seen\n", "define:/x\n")
    project.commit({"workflows/main.wf": text})
    project.done("reconcile")
    (run,) = project.log()
    assert [step["result"] for step in run.steps] == ["a��b", "a��b"]


def test_a_lost_cache_is_said_and_trained_again(project: Project) -> None:
    project.done("reconcile")
    project.commit({"params.yaml": "rate: 0.8\n"})
    project.done("reconcile")
    shutil.rmtree(project.path / ".dvc" / "cache" / "files")
    shutil.rmtree(project.path / ".dvc" / "cache.kept")
    project.revert()
    done = project.wf("reconcile")
    assert done.status == 0
    assert "(what it wrote before is no longer in the cache)\n" in done.err
    assert project.ledger()[-2:] == ["train 0.9", "deploy"]
    newest = project.log()[0]
    assert (newest.executed, newest.restored) == (2, 0)
    assert newest.steps[0]["reason"] == "what it wrote before is no longer in the cache"


GIT_MISSING = "git-wf: there is no `git` program on the PATH\n  install git 2.36 or newer\n"
GIT_TOO_OLD = "git-wf: git 2.20.1 is too old\n  install git 2.36 or newer\n"
OLD_GIT = """\
#!/bin/sh
case "$*" in
*version*) echo "git version 2.20.1" ;;
*) echo "usage: git [--version] [--help] <command> [<args>]" >&2; exit 129 ;;
esac
"""


@pytest.mark.parametrize("words", ["init", "run workflows/main.wf", "reconcile", "status", "log"])
@pytest.mark.parametrize(
    ("program", "said"), [(None, GIT_MISSING), (OLD_GIT, GIT_TOO_OLD)], ids=["missing", "too-old"]
)
def test_a_git_that_will_not_do(
    project: Project, tmp_path: Path, words: str, program: str | None, said: str
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    if program is not None:
        (programs / "git").write_text(program)
        (programs / "git").chmod(0o755)
    done = subprocess.run(
        [Path(sys.executable).parent / "git-wf", *words.split()],
        cwd=project.path,
        env=os.environ | {"PATH": str(programs)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)
    assert not (project.path / ".git" / "wf").exists()


def test_a_full_disk(project: Project, small_disk: SmallDisk, make_folder: MakeFolder) -> None:
    place = small_disk.path / "work"
    shutil.copytree(project.path, place, symlinks=True)
    folder = make_folder("disk/work")
    filler = small_disk.fill()
    done = project.wf("reconcile", cwd=place)
    assert (done.status, done.out) == (2, "")
    assert "Traceback" not in done.err
    assert "no room left" in done.err.lower() or "no space left" in done.err.lower()
    assert project.served.exists() is False
    assert folder.git("fsck", "--strict", "--no-dangling") == ""
    filler.unlink()
    assert project.wf("reconcile", cwd=place).status == 0
    assert project.ledger() == ["train 0.9", "deploy"]
    assert folder.git("fsck", "--strict", "--no-dangling") == ""


def test_a_command_that_deletes_the_workspace(project: Project) -> None:
    files = {"workflows/main.wf": PLAIN.format(run='rm -rf "$$PWD"') + "/x\n"}
    project.commit(files)
    assert project.wf("run", "workflows/main.wf").status == 1
    (run,) = project.log()
    assert run.error is not None
    said = "`/x` could not be started: the workspace of the run was deleted"
    assert run.error["message"] == said


def test_a_cache_that_cannot_be_written(project: Project, small_disk: SmallDisk) -> None:
    cache = small_disk.path / "cache"
    project.commit({".dvc/config": f"[cache]\n    dir = {cache}\n"}, "A cache of its own")
    project.done("reconcile")
    remount = ["mount", "-o", "remount,ro", str(small_disk.path)]
    subprocess.run(remount, check=True, capture_output=True)
    project.commit({"README.md": "words\n", "workflows/main.wf": AGAIN})
    restored = project.wf("run", "workflows/main.wf")
    assert restored.status == 0, restored
    assert "/train: restored" in restored.err
    project.commit({"params.yaml": "rate: 0.8\n"})
    refused = project.wf("run", "workflows/main.wf")
    assert refused.status == 1
    assert "/train: failed" in refused.err
    assert "read-only file system" in refused.err.lower()
    assert "Traceback" not in refused.err
    subprocess.run([*remount[:2], "remount,rw", remount[3]], check=True, capture_output=True)
    project.done("run", "workflows/main.wf")


def test_a_cache_without_room(project: Project, small_disk: SmallDisk) -> None:
    cache = small_disk.path / "cache"
    large = project.path / "train.py"
    text = large.read_text().replace("rate.encode())", 'rate.encode() + b"x" * 3_000_000)')
    project.commit({".dvc/config": f"[cache]\n    dir = {cache}\n", "train.py": text}, "Large outs")
    filler = small_disk.fill()
    full = project.wf("reconcile")
    assert full.status != 0
    assert "Traceback" not in full.err
    assert f"git-wf: no room left to write into `{cache}`: free some space there" in full.err
    filler.unlink()
    project.done("reconcile")
    assert project.served.read_bytes().startswith(b"\x00\xff model of rate 0.9")
    assert not list(cache.rglob("*.tmp"))


AGAIN = """\
on:manual

define:/train
  ↳ run     → python3 train.py
  ↳ deps    → train.py
  ↳ params  → rate
  ↳ outs    → model.bin
  ↳ metrics → metrics.json

/train
"""


def test_folders_nested_deeper_than_python_calls_itself(ready: Project) -> None:
    ready.commit({"workflows/main.wf": "on:commit\n\n/echo hello\n"})
    blob = ready.git("rev-parse", "HEAD:workflows/main.wf")
    ready.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{'n/' * 1500}file")
    ready.git("commit", "--quiet", "-m", "Deep")
    assert ready.wf("reconcile").status == 0
    assert ready.log()[0].status == "succeeded"
    assert list((ready.path / ".git/wf/workspaces").iterdir()) == []
    assert ready.done("fsck") == ""
    assert ready.wf("gc").status == 0
