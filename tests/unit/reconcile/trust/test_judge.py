"""Whose commits run: signatures, branches, rewritten history, and who says so."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.unit.reconcile.trust.conftest import ASKS

if TYPE_CHECKING:
    from tests.unit.reconcile.trust.conftest import World

NOT_SIGNED = "{} is not trusted: it is not signed"


def settings(mode: str, more: str = "") -> str:
    return f'[trust]\nmode = "{mode}"\nsigners = "allowed_signers"\n{more}'


def begin(world: World, mode: str, more: str = "") -> str:
    """Commit the policy, signed by Ada, who alone may sign."""
    files = {"wf.toml": settings(mode, more), "allowed_signers": world.keys.allowed("ada")}
    first = world.commit(dict(files), by="ada")
    assert world.reconcile() == []
    return first


@pytest.mark.parametrize("mode", ["head", "strict"])
def test_signed_commits_run_and_others_are_refused_until_one_is_signed(
    world: World, mode: str
) -> None:
    first = begin(world, mode)
    unsigned = world.commit()
    assert world.reconcile() == [NOT_SIGNED.format(unsigned[:10])]
    assert world.reconcile() == []
    assert world.refusals(unsigned) == [NOT_SIGNED.format(unsigned[:10])]
    world.folder.git("reset", "--quiet", "--soft", "HEAD~")
    signed = world.commit(by="ada")
    assert world.reconcile() == []
    assert world.ran() == [first, signed]


def test_a_signature_of_somebody_else_is_none(world: World) -> None:
    first = begin(world, "head")
    wrong = world.commit(by="eve")
    key = world.keys.fingerprint("eve")
    assert world.reconcile() == [
        f"{wrong[:10]} is not trusted: it is signed by nobody who may: `{key}`"
    ]
    assert world.ran() == [first]


def test_a_signature_of_another_commit_is_not_valid(world: World) -> None:
    first = begin(world, "head")
    signed = world.commit(by="ada")
    assert world.reconcile() == []
    body = world.folder.git("cat-file", "commit", signed).replace("Change by ada", "Replayed")
    forged = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--stdin"],
        cwd=world.folder.path,
        input=f"{body}\n",
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    forged = world.folder.git("commit-tree", "-p", signed, "-m", "on top", f"{forged}^{{tree}}")
    body = world.folder.git("cat-file", "commit", signed)
    header = body[body.index("gpgsig") : body.index("-----END SSH SIGNATURE-----") + 27]
    bare = world.folder.git("cat-file", "commit", forged)
    carried = bare.replace("\n\n", f"\n{header}\n\n", 1)
    forged = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--stdin"],
        cwd=world.folder.path,
        input=f"{carried}\n",
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    world.folder.git("update-ref", "refs/heads/main", forged)
    assert world.reconcile() == [f"{forged[:10]} is not trusted: its signature is not valid"]
    assert world.ran() == [first, signed]


def test_head_looks_at_the_head_alone_and_strict_at_all_since_the_last_one(world: World) -> None:
    begin(world, "head")
    world.commit()
    head = world.commit({"wf.toml": settings("strict")}, by="ada")
    assert world.reconcile() == []
    between = world.commit()
    world.commit(by="ada")
    assert world.reconcile() == [NOT_SIGNED.format(between[:10])]
    assert world.ran()[-1] == head


def test_a_merge_vouches_for_what_it_brings(world: World) -> None:
    begin(world, "strict")
    world.folder.git("checkout", "--quiet", "-b", "topic")
    world.commit({"other": "x"})
    world.folder.git("checkout", "--quiet", "main")
    settings_ = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={world.keys.private('ada')}")
    world.folder.git(*settings_, "merge", "--quiet", "--no-ff", "-S", "-m", "Merge", "topic")
    assert world.reconcile() == []
    assert world.ran()[-1] == world.folder.git("rev-parse", "HEAD")


@pytest.mark.parametrize(
    "files",
    [
        {"wf.toml": ""},
        {"wf.toml": '[trust]\nmode = "none"\n'},
        {"wf.toml": settings("none", 'branches = ["*"]\n')},
        {"wf.toml": "[trust\n"},
        {"allowed_signers": ""},
    ],
)
def test_a_commit_cannot_widen_what_it_is_judged_by(
    world: World, files: dict[str, str | bytes]
) -> None:
    first = begin(world, "strict")
    unsigned = world.commit(files)
    assert world.reconcile() == [NOT_SIGNED.format(unsigned[:10])]
    eve = world.keys.allowed("eve")
    world.commit({"allowed_signers": eve, "wf.toml": settings("strict")}, by="eve")
    assert world.reconcile() == [NOT_SIGNED.format(unsigned[:10])]
    assert world.ran() == [first]


def test_who_may_sign_lets_others_sign_from_the_next_commit_on(world: World) -> None:
    begin(world, "strict")
    early = world.commit(by="ben")
    assert "signed by nobody" in world.reconcile()[0]
    world.folder.git("reset", "--quiet", "--hard", "HEAD~")
    world.commit({"allowed_signers": world.keys.allowed("ada", "ben")}, by="ada")
    late = world.commit(by="ben")
    assert world.reconcile() == []
    assert world.ran()[-1] == late
    assert early not in world.ran()


def test_a_policy_with_a_mistake_does_not_take_the_place_of_the_last_one(world: World) -> None:
    begin(world, "strict")
    world.commit({"wf.toml": settings("strict", "no = 1\n")}, by="ada")
    assert world.reconcile() == ["wf.toml:4:1: WF602 there is no setting `no` in `[trust]`"]
    mended = world.commit({"wf.toml": settings("strict")}, by="ada")
    assert world.reconcile() == []
    assert world.ran()[-1] == mended


def test_a_protected_branch_may_not_be_rewritten(world: World) -> None:
    first = begin(world, "head")
    second = world.commit(by="ada")
    assert world.reconcile() == []
    world.folder.git("reset", "--quiet", "--hard", first)
    said = (
        f"`main` was rewritten: {second[:10]}, which was accepted last, is not in its history; "
        "`git revert` takes back, and `git wf trust --accept main` lets it be"
    )
    assert world.reconcile() == [said]
    other = world.commit(by="ada")
    assert world.reconcile() == [said]
    world.clone().records.accepted.move("main", other, "Ada <ada@example.org>")
    assert world.reconcile() == []
    assert world.ran() == [first, second, other]


def test_only_the_branches_that_may_run_do(world: World) -> None:
    first = begin(world, "none", 'branches = ["main", "exp/*"]\n')
    world.folder.git("checkout", "--quiet", "-b", "exp/lr")
    tried = world.commit()
    world.folder.git("checkout", "--quiet", "-b", "other")
    world.commit()
    world.folder.git("checkout", "--quiet", "main")
    said = "`wf.toml` of `main` lets no commit of `other` run"
    assert world.reconcile("main", "exp/*", "other") == [said]
    assert world.ran() == [first, tried]


def test_a_tag_has_to_be_signed_and_in_an_accepted_history(world: World) -> None:
    world.folder.write({"workflows/main.wf": ASKS.replace("on:commit", "on:tag tag:v*")})
    first = begin(world, "head")
    world.folder.git("checkout", "--quiet", "-b", "aside")
    aside = world.commit(by="ada")
    unsigned = world.commit()
    world.folder.git("checkout", "--quiet", "main")
    for name, commit in (("v1", first), ("v2", aside), ("v3", unsigned)):
        world.folder.git("tag", name, commit)
    assert world.reconcile() == [
        f"{aside[:10]} is in the history of no branch that was accepted",
        NOT_SIGNED.format(unsigned[:10]),
    ]
    assert world.ran() == [first]


def test_the_machine_goes_before_the_repository(world: World) -> None:
    place = Path(world.clone().environment["XDG_CONFIG_HOME"]) / "git-wf"
    place.mkdir(parents=True)
    (place / "trust.toml").write_text('[trust]\nmode = "head"\nsigners = "those"\n')
    there = f"`{place / 'trust.toml'}`"
    world.commit({"wf.toml": '[trust]\nmode = "none"\n'})
    assert world.reconcile() == [f"{there}: there is no file `those`, which `signers` names"]
    (place / "those").write_text(world.keys.allowed("ada"))
    unsigned = world.commit()
    assert world.reconcile() == [NOT_SIGNED.format(unsigned[:10])]
    signed = world.commit(by="ada")
    assert world.reconcile() == []
    assert world.ran() == [signed]
    (place / "trust.toml").write_text("[controller]\njobs = 1\n")
    world.commit(by="ada")
    assert world.reconcile() == [f"{there} holds `[trust]` and nothing else"]


def test_a_gpg_key_may_sign_that_is_named_by_its_fingerprint(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    for who in ("ada", "eve"):
        words = ["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key"]
        subprocess.run(
            [*words, f"{who}@example.org", "ed25519", "sign"], check=True, capture_output=True
        )
    listed = subprocess.run(
        ["gpg", "--list-keys", "--with-colons"], check=True, capture_output=True, text=True
    ).stdout
    ada, eve = (line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr"))
    begin(world, "strict", f'gpg = ["{ada}"]\n')
    signed = world.commit(gpg=ada)
    assert world.reconcile() == []
    wrong = world.commit(gpg=eve)
    assert world.reconcile() == [
        f"{wrong[:10]} is not trusted: it is signed by nobody who may: `{eve}`"
    ]
    assert world.ran()[-1] == signed
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=True)
