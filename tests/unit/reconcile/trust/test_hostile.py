"""Commits that mean harm. Each is refused with its reason or does nothing, and none ends the loop."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.unit.reconcile.trust.conftest import ASKS

from gitwf.engine.unit.stop import Stop
from gitwf.reconcile.branches import Branches, local
from gitwf.reconcile.loop import Reconciler

if TYPE_CHECKING:
    from tests.unit.reconcile.trust.conftest import World

EVIL = '";echo${IFS}x>evil;#'

ANY = '[trust]\nbranches = ["*"]\n'
"""A policy that lets every branch run."""

TELLS = """\
on:commit

define:/say branch
  ↳ run  → echo branch $branch >> "$$LEDGER"
  ↳ deps → number

/say ${run.branch}
"""


def plumb(world: World, *words: str, stdin: bytes = b"") -> str:
    done = subprocess.run(
        ["git", *words], cwd=world.folder.path, input=stdin, check=True, capture_output=True
    )
    return done.stdout.decode().strip()


def with_entry(world: World, path: list[bytes], mode: bytes, content: bytes) -> str:
    """Return a commit on HEAD whose tree has an entry that git itself would not make."""
    id_ = plumb(world, "hash-object", "-w", "--stdin", stdin=content)
    if mode == b"160000":
        id_ = world.folder.git("rev-parse", "HEAD")
    for at, name in reversed(list(enumerate(path))):
        raw = mode + b" " + name + b"\0" + bytes.fromhex(id_)
        if at == 0:
            listed = plumb(world, "ls-tree", "HEAD")
            for line in listed.splitlines():
                kind, _, rest = line.partition("\t")
                entry_mode, _, entry = kind.split()
                raw += entry_mode.lstrip("0").encode() + b" " + rest.encode() + b"\0"
                raw += bytes.fromhex(entry)
        id_ = plumb(world, "hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=raw)
        mode = b"40000"
    commit = plumb(world, "commit-tree", "-p", "HEAD", "-m", "Change", id_)
    world.folder.git("update-ref", "refs/heads/main", commit)
    return commit


@pytest.mark.parametrize(
    ("path", "mode", "named"),
    [
        ([b".git", b"hooks"], b"100755", ".git/hooks"),
        ([b".GIT"], b"120000", ".GIT"),
        ([b"..", b"evil"], b"100644", "../evil"),
        ([b"."], b"100644", "."),
    ],
)
def test_a_tree_that_git_would_not_make_is_refused(
    world: World, path: list[bytes], mode: bytes, named: str
) -> None:
    first = world.commit({"wf.toml": ANY})
    assert world.reconcile() == []
    commit = with_entry(world, path, mode, b"#!/bin/sh\ntouch ../../evil\n")
    assert world.reconcile() == [
        f"{commit[:10]} cannot be laid out: its tree holds the path `{named}`"
    ]
    world.folder.git("reset", "--quiet", "--hard", "HEAD~")
    after = world.commit()
    assert world.reconcile() == []
    assert world.ran() == [first, after]


def test_without_a_policy_such_a_tree_ends_in_a_failed_run(world: World) -> None:
    world.commit()
    assert world.reconcile() == []
    world.commit()
    with_entry(world, [b"..", b"evil"], b"100644", b"")
    clone = world.clone()
    watched = Branches(clone, local(clone), ["main"])
    [ended] = Reconciler(clone, watched, Stop(), lambda _: None).settle().ended
    assert ended.error
    assert "invalid path '../evil'" in ended.error.message
    assert ended.steps == ()


def test_a_branch_whose_name_is_a_command_is_refused(world: World) -> None:
    policy = '[trust]\nbranches = ["main", "*evil*"]\n'
    world.commit({"wf.toml": policy, "workflows/main.wf": TELLS})
    world.folder.git("checkout", "--quiet", "-b", EVIL)
    evil = world.commit()
    world.folder.git("branch", EVIL.replace("evil", "vile"))
    world.folder.git("checkout", "--quiet", "main")
    refused = [
        f'no commit of `{EVIL}` may run: to a shell the `"` in that name is code: give the branch another',
        f"`wf.toml` of `main` lets no commit of `{EVIL.replace('evil', 'vile')}` run",
    ]
    assert sorted(world.reconcile("*")) == sorted(refused)
    assert sorted(world.refusals(evil)) == sorted(refused)
    assert world.told() == ["branch main"]
    assert not list(world.folder.path.rglob("evil"))


def test_without_a_policy_the_name_of_a_branch_is_a_value(world: World) -> None:
    world.commit({"workflows/main.wf": TELLS})
    world.folder.git("checkout", "--quiet", "-b", EVIL)
    world.commit()
    assert world.reconcile("*") == []
    assert set(world.told()) == {"branch main", f"branch {EVIL}"}
    assert not list(world.folder.path.rglob("evil"))


def test_file_names_with_line_ends_are_refused(world: World) -> None:
    world.folder.git("config", "core.quotePath", "false")
    first = world.commit({"wf.toml": ANY})
    assert world.reconcile() == []
    commit = world.commit({"workflows/a\nrun.finished\n.wf": "on:commit\n\n/say\n"})
    [said] = set(world.reconcile())
    name = "workflows/a\\nrun.finished\\n.wf"
    assert said == (
        f"{commit[:10]} cannot be laid out: its tree holds a name with a line end, `{name}`: "
        "give that file another"
    )
    assert set(world.refusals(commit)) == {said}
    assert world.ran() == [first]


def test_without_a_policy_file_names_with_line_ends_are_names(world: World) -> None:
    name = "workflows/a\nrun.finished\n.wf"
    world.folder.git("config", "core.quotePath", "false")
    commit = world.commit({name: "on:commit\n\n/fail $undefined\n", "b\n": "x"})
    [said] = world.reconcile()
    assert said == f"{name}:3:7: WF201 `$undefined` is never set"
    assert world.refusals(commit) == [said]
    assert world.ran() == [commit]
    assert len(world.folder.git("notes", "--ref=wf", "show", commit).splitlines()) == 3


def test_links_that_lead_out_are_not_followed(world: World, tmp_path: Path) -> None:
    (tmp_path / "secret.wf").write_text("on:commit\n\n/echo secret\n")
    (tmp_path / "settings").write_text("[trust]\n")
    for link, target in (("workflows/out.wf", tmp_path / "secret.wf"), ("commands", "../..")):
        (world.folder.path / link).parent.mkdir(exist_ok=True)
        (world.folder.path / link).symlink_to(target)
    commit = world.commit(
        {"wf.toml": ANY, "workflows/up.wf": "use:../../out.wf\non:commit\n/say\n"}
    )
    refused = world.reconcile()
    assert [text.partition(": ")[0] for text in refused] == [
        "workflows/out.wf:1:1",
        "workflows/up.wf:1:5",
    ]
    assert "secret" not in "".join(world.refusals(commit)).replace("secret.wf", "")
    assert world.ran() == [commit]


def test_settings_that_are_a_link_do_not_lift_a_policy(world: World, tmp_path: Path) -> None:
    first = world.commit({"wf.toml": '[trust]\nbranches = ["main"]\n'})
    assert world.reconcile() == []
    (tmp_path / "settings").write_text("")
    (world.folder.path / "wf.toml").unlink()
    (world.folder.path / "wf.toml").symlink_to(tmp_path / "settings")
    world.commit()
    assert len(world.reconcile()) == 1
    assert world.ran() == [first]


SETTINGS = (
    "core.fsmonitor",
    "diff.evil.textconv",
    "diff.external",
    "merge.evil.driver",
    "gpg.program",
    "gpg.ssh.program",
    "core.editor",
    "core.pager",
    "core.askPass",
)
"""Settings that name a program."""

DRIVERS = ("filter.evil.smudge", "filter.evil.clean", "filter.evil.process")


class Evil:
    """A program that notes that it was run, and a repository whose settings and attributes name it."""

    def __init__(self, world: World, folder: Path, drivers: tuple[str, ...]) -> None:
        self.world = world
        self.traces = folder / "evil"
        self.program = folder / "program"
        self.program.write_text(f"#!/bin/sh\necho $0 >> {self.traces}\ncat\n")
        self.program.chmod(0o755)
        hooks = folder / "hooks"
        hooks.mkdir()
        for name in ("post-checkout", "post-commit", "reference-transaction", "post-index-change"):
            (hooks / name).symlink_to(self.program)
        world.folder.git("config", "core.hooksPath", str(hooks))
        for key in (*SETTINGS, *drivers):
            world.folder.git("config", key, str(self.program))

    def commit(self, attributes: str, number: str) -> str:
        """Commit without running it."""
        self.world.folder.write({".gitattributes": attributes, "number": number})
        off = ["core.hooksPath=/dev/null", "core.fsmonitor=false", *(f"{key}=" for key in DRIVERS)]
        quiet = [word for setting in off for word in ("-c", setting)]
        for words in (("add", "--all"), ("commit", "--quiet", "-m", "Attributes")):
            self.world.folder.git(*quiet, *words)
        self.traces.unlink(missing_ok=True)
        return self.world.folder.git("rev-parse", "HEAD")


ATTRIBUTES = "* diff=evil merge=evil filter=evil\n"


def test_a_commit_with_a_filter_is_refused_and_its_program_not_run(
    world: World, tmp_path: Path
) -> None:
    first = world.commit({"wf.toml": ANY})
    assert world.reconcile() == []
    evil = Evil(world, tmp_path, DRIVERS)
    commit = evil.commit(ATTRIBUTES, "2")
    said = (
        f"`.gitattributes` goes through the filter `evil` (`{evil.program}`), which no run calls: "
        "have git keep it as it is to be read, or DVC track it"
    )
    assert world.reconcile() == [said]
    assert world.refusals(commit) == [said]
    after = evil.commit("", "3")
    assert world.reconcile() == []
    assert world.ran() == [first, after]
    assert not evil.traces.exists()


@pytest.mark.parametrize(
    ("attributes", "drivers"),
    [
        pytest.param(ATTRIBUTES, (), id="a filter without a program"),
        pytest.param("* diff=evil merge=evil\n", DRIVERS, id="a program that nothing goes through"),
    ],
)
def test_programs_that_settings_and_attributes_name_are_not_run(
    world: World, tmp_path: Path, attributes: str, drivers: tuple[str, ...]
) -> None:
    first = world.commit({"wf.toml": ANY})
    assert world.reconcile() == []
    evil = Evil(world, tmp_path, drivers)
    commit = evil.commit(attributes, "2")
    assert world.reconcile() == []
    assert world.ran() == [first, commit]
    assert not evil.traces.exists()


def test_a_submodule_is_refused_and_its_address_not_spoken_with(
    world: World, tmp_path: Path
) -> None:
    evil = tmp_path / "evil"
    world.commit({"wf.toml": ANY})
    (world.folder.path / ".gitmodules").write_text(
        f'[submodule "lib"]\n\tpath = lib\n\turl = ext::sh -c "touch {evil}"\n'
    )
    head = world.folder.git("rev-parse", "HEAD")
    world.folder.git("update-index", "--add", "--cacheinfo", f"160000,{head},lib")
    world.folder.git("add", ".gitmodules")
    world.folder.git("commit", "--quiet", "-m", "A submodule")
    said = (
        f"`lib` is a submodule, whose commit {head[:10]} is not here: "
        "`git submodule update --init --recursive lib` gets it"
    )
    assert world.reconcile() == [said]
    assert not evil.exists()
    world.folder.git("rm", "--quiet", "--cached", "lib")
    after = world.commit()
    assert world.reconcile() == []
    assert world.ran()[-1] == after


def test_an_object_cannot_be_replaced_by_another(world: World, tmp_path: Path) -> None:
    """Whoever may push to a bare repository may push `refs/replace/` too."""
    evil = tmp_path / "evil"
    signers = world.keys.allowed("ada")
    world.commit({"wf.toml": '[trust]\nmode = "strict"\nsigners = "s"\n', "s": signers}, by="ada")
    good = world.folder.git("rev-parse", "HEAD:workflows/main.wf")
    text = f"on:commit\n\ndefine:/say\n  ↳ run → touch {evil}\n\n/say\n"
    bad = plumb(world, "hash-object", "-w", "--stdin", stdin=text.encode())
    world.folder.git("update-ref", f"refs/replace/{good}", bad)
    assert world.reconcile() == []
    assert not evil.exists()
    assert len(world.ran()) == 1


Harm = Callable[["World", Path], str]
"""What a stranger does to the repository, and the commit; what would run then touches the path."""


def _workflow(evil: Path) -> str:
    return f"on:commit\n\ndefine:/say\n  ↳ run → touch {evil}\n\n/say\n"


def a_workflow(world: World, evil: Path) -> str:
    return world.commit({"workflows/main.wf": _workflow(evil)})


def another_s_signature(world: World, evil: Path) -> str:
    return world.commit({"workflows/main.wf": _workflow(evil)}, by="eve")


def a_signature_that_was_for_another_commit(world: World, evil: Path) -> str:
    signed = world.folder.git("cat-file", "commit", "HEAD")
    header = signed[signed.index("gpgsig") : signed.index("\n\n")]
    world.commit({"workflows/main.wf": _workflow(evil)})
    bare = world.folder.git("cat-file", "commit", "HEAD")
    carried = f"{bare.replace(chr(10) * 2, f'{chr(10)}{header}{chr(10) * 2}', 1)}\n"
    commit = plumb(world, "hash-object", "-t", "commit", "-w", "--stdin", stdin=carried.encode())
    world.folder.git("update-ref", "refs/heads/main", commit)
    return commit


def a_note_that_it_was_played_and_accepted(world: World, evil: Path) -> str:
    accepted = world.folder.git("rev-parse", "HEAD")
    note = world.folder.git("notes", "--ref=wf", "show", accepted)
    forged = world.commit({"workflows/main.wf": _workflow(evil)})
    world.folder.git("notes", "--ref=wf", "add", "-m", note.replace(accepted, forged), forged)
    world.folder.git("update-ref", "refs/wf/accepted/main", forged)
    return forged


def settings_that_trust_everybody(world: World, evil: Path) -> str:
    files = {"wf.toml": "", "s": world.keys.allowed("eve"), "workflows/main.wf": _workflow(evil)}
    return world.commit(dict(files), by="eve")


def hooks_and_filters(world: World, evil: Path) -> str:
    program = evil.with_name("program")
    program.write_text(f"#!/bin/sh\ntouch {evil}\ncat\n")
    program.chmod(0o755)
    hooks = {f".hooks/{name}": program.read_text() for name in ("post-checkout", "post-commit")}
    commit = world.commit({".gitattributes": "* filter=evil\n", **hooks})
    for hook in hooks:
        (world.folder.path / hook).chmod(0o755)
    world.folder.git("config", "filter.evil.smudge", str(program))
    world.folder.git("config", "core.hooksPath", ".hooks")
    return commit


def names_with_a_line_end(world: World, evil: Path) -> str:
    return world.commit({"workflows/a\nb.wf": _workflow(evil)})


def a_tree_that_leads_out(world: World, evil: Path) -> str:
    return with_entry(world, [b"..", b"workflows", b"out.wf"], b"100644", _workflow(evil).encode())


def a_link_that_leads_out(world: World, evil: Path) -> str:
    evil.with_name("out.wf").write_text(_workflow(evil))
    (world.folder.path / "workflows/out.wf").symlink_to(evil.with_name("out.wf"))
    return world.commit()


def a_submodule_whose_address_is_a_command(world: World, evil: Path) -> str:
    address = f'[submodule "lib"]\n\tpath = lib\n\turl = ext::sh -c "touch {evil}"\n'
    head = world.folder.git("rev-parse", "HEAD")
    world.folder.git("update-index", "--add", "--cacheinfo", f"160000,{head},lib")
    return world.commit({".gitmodules": address})


def a_branch_whose_name_is_a_command(world: World, evil: Path) -> str:
    world.folder.git("checkout", "--quiet", "-b", EVIL)
    commit = world.commit({"workflows/main.wf": _workflow(evil)})
    world.folder.git("checkout", "--quiet", "main")
    return commit


STRANGERS: tuple[tuple[Harm, str], ...] = (
    (a_workflow, "COMMIT is not trusted: it is not signed"),
    (another_s_signature, "COMMIT is not trusted: it is signed by nobody who may: `KEY`"),
    (a_signature_that_was_for_another_commit, "COMMIT is not trusted: its signature is not valid"),
    (a_note_that_it_was_played_and_accepted, "COMMIT is not trusted: it is not signed"),
    (settings_that_trust_everybody, "COMMIT is not trusted: it is signed by nobody who may: `KEY`"),
    (hooks_and_filters, "COMMIT is not trusted: it is not signed"),
    (names_with_a_line_end, "COMMIT is not trusted: it is not signed"),
    (a_tree_that_leads_out, "COMMIT is not trusted: it is not signed"),
    (a_link_that_leads_out, "COMMIT is not trusted: it is not signed"),
    (a_submodule_whose_address_is_a_command, "COMMIT is not trusted: it is not signed"),
    (a_branch_whose_name_is_a_command, f"`wf.toml` of `main` lets no commit of `{EVIL}` run"),
)


@pytest.mark.parametrize(("harm", "reason"), STRANGERS, ids=[h.__name__ for h, _ in STRANGERS])
def test_of_a_stranger_nothing_runs_each_time_it_is_said_why_and_the_loop_goes_on(
    world: World, tmp_path: Path, harm: Harm, reason: str
) -> None:
    policy = '[trust]\nmode = "strict"\nsigners = "s"\nbranches = ["main"]\n'
    first = world.commit({"wf.toml": policy, "s": world.keys.allowed("ada")}, by="ada")
    assert world.reconcile("*") == []
    commit = harm(world, evil := tmp_path / "evil")
    said = reason.replace("COMMIT", commit[:10]).replace("KEY", world.keys.fingerprint("eve"))
    assert set(world.reconcile("*")) == {said}
    assert set(world.refusals(commit)) == {said}
    assert world.reconcile("*") == []
    world.folder.git("-c", "core.hooksPath=/dev/null", "reset", "--quiet", "--hard", first)
    evil.unlink(missing_ok=True)  # git, as a person calls it, runs filters
    after = world.commit(by="ada")
    assert world.reconcile("*") == []
    assert world.ran() == [first, after]
    assert not evil.exists()


ALIASES = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
)
"""Nine lines that hold 9⁹ values."""


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "files",
    [
        {
            "params.yaml": ALIASES,
            "workflows/main.wf": ASKS.replace("deps → number", "deps → number\n  ↳ params → a8"),
        },
        {"wf.toml": f"a = {'[' * 50_000}{']' * 50_000}\n"},
    ],
)
def test_texts_that_make_too_much_of_themselves_do_not_stop_the_loop(
    world: World, files: dict[str, str | bytes]
) -> None:
    signers = world.keys.allowed("ada")
    policy = {"wf.toml": '[trust]\nmode = "strict"\nsigners = "s"\n', "s": signers}
    first = world.commit(dict(policy), by="ada")
    assert world.reconcile() == []
    unsigned = world.commit(files)
    assert world.reconcile() == [f"{unsigned[:10]} is not trusted: it is not signed"]
    world.folder.git("reset", "--quiet", "--hard", "HEAD~")
    after = world.commit(by="ada")
    assert world.reconcile() == []
    assert world.ran() == [first, after]


def test_the_checks_of_a_commit_that_is_not_trusted_are_not_run(
    world: World, tmp_path: Path
) -> None:
    evil = tmp_path / "evil"
    signers = world.keys.allowed("ada")
    policy = '[trust]\nmode = "strict"\nsigners = "s"\n[controller]\ngate = "pre-commit"\n'
    hooks = (
        "repos:\n- repo: local\n  hooks:\n  - id: evil\n    name: evil\n"
        f"    entry: touch {evil}\n    language: system\n    always_run: true\n"
    )
    world.commit(
        {"wf.toml": policy, "s": signers, ".pre-commit-config.yaml": "repos: []\n"}, by="ada"
    )
    assert world.reconcile() == []
    unsigned = world.commit({".pre-commit-config.yaml": hooks})
    assert world.reconcile() == [f"{unsigned[:10]} is not trusted: it is not signed"]
    assert not evil.exists()
