"""What a policy says of a branch, and what a workflow would use beyond that."""

from __future__ import annotations

import pytest

from gitwf.config.load import load
from gitwf.config.settings import Limits, Settings
from gitwf.language.program import load as load_program
from gitwf.reconcile.trust.limits import overreach
from gitwf.reconcile.trust.policy import Policy

POLICY = """
[trust]
branches = ["main", "exp/*"]
budget = 20
secrets = ["HUB_TOKEN"]

[trust.branch."exp/*"]
budget = 1
targets = ["box"]

[trust.branch."exp/deploy"]
secrets = ["DEPLOY_KEY"]
"""

WORKFLOW = """\
define:/fit
  ↳ run    → ./fit
  ↳ target → {target}

define:/push
  ↳ run     → ./push
  ↳ secrets → {secret}

$where = "box"
/fit && /push
"""


def settings(text: str) -> Settings:
    loaded = load(text)
    assert loaded.diagnostics == ()
    return loaded.settings


def policy(text: str = POLICY) -> Policy:
    return Policy(settings(text).trust, "`wf.toml` of `main`")


@pytest.mark.parametrize(
    ("branch", "limits"),
    [
        ("main", Limits(20.0, None, ("HUB_TOKEN",))),
        ("exp/lr", Limits(1.0, ("box",), ("HUB_TOKEN",))),
        ("exp/deploy", Limits(1.0, ("box",), ("HUB_TOKEN",))),  # the first table that fits counts
        (None, Limits(20.0, None, ("HUB_TOKEN",))),
    ],
)
def test_limits_of_a_branch(branch: str | None, limits: Limits) -> None:
    assert policy().limits(branch) == limits


def test_a_limited_branch_has_the_machines_of_the_protected_one() -> None:
    base = settings('[target.box]\nssh = "box"\nbudget = 5\n[target.big]\nssh = "big"\n')
    asked = settings('[target.box]\nssh = "elsewhere"\nbudget = 50\n[target.own]\nssh = "own"\n')
    held = policy().restrict(asked, base, "exp/lr")
    assert {name: (t.ssh, t.budget) for name, t in held.target.items()} == {"box": ("box", 1.0)}
    assert (held.trust.budget, held.trust.targets) == (1.0, ("box",))
    free = policy().restrict(asked, base, "main")
    assert {name: (t.ssh, t.budget) for name, t in free.target.items()} == {
        "box": ("elsewhere", 20.0),
        "own": ("own", 20.0),
    }


@pytest.mark.parametrize(
    ("target", "secret", "table", "said"),
    [
        ("local", "HUB_TOKEN", "", None),
        ("ssh:box", "HUB_TOKEN", "", None),
        ("ssh:big", "HUB_TOKEN", "", "its branch may not use the target `ssh:big`"),
        ("runpod", "HUB_TOKEN", "", "its branch may not use the target `runpod`"),
        (
            "ssh:$where",
            "HUB_TOKEN",
            "",
            "it names a target by a value, and its branch may use certain ones only",
        ),
        ("local", "DEPLOY_KEY", "", "its branch may not use the secret `DEPLOY_KEY`"),
        (
            "local",
            "HUB_TOKEN",
            '[secrets]\nHUB_TOKEN = "env:DEPLOY_KEY"\n',
            "its branch may not use the secret `DEPLOY_KEY`",
        ),
    ],
    ids=["plain", "allowed", "target", "pod", "value", "secret", "renamed"],
)
def test_what_a_workflow_uses_beyond_its_limits(
    target: str, secret: str, table: str, said: str | None
) -> None:
    text = WORKFLOW.format(target=target, secret=secret)
    program = load_program("main.wf", {"main.wf": text}.get)
    assert overreach(program, settings(table), policy().limits("exp/lr")) == said


def test_dvc_gets_all_secrets_or_does_not_run() -> None:
    program = load_program("main.wf", {"main.wf": "/dvc:pull && /dvc:push\n"}.get)
    said = "`/dvc:pull` gets all secrets, and its branch may use certain ones only"
    assert overreach(program, settings(""), Limits(secrets=("HUB_*",))) == said
    assert overreach(program, settings(""), Limits(secrets=("*",))) is None
    assert overreach(program, settings(""), Limits()) is None


def test_agents_get_no_variables_beyond_the_limits() -> None:
    program = load_program("main.wf", {"main.wf": 'droid:coder "mend it"\n'}.get)
    limits = Limits(secrets=("HUB_*",))
    assert overreach(program, settings('[droid]\nenv = ["HUB_TOKEN"]\n'), limits) is None
    said = "its branch may not give agents the variables `DEPLOY_*`"
    assert overreach(program, settings('[droid.coder]\nenv = ["DEPLOY_*"]\n'), limits) == said
