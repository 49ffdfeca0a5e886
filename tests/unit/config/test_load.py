"""`wf.toml`: what it may say, and what is said about the rest."""

from __future__ import annotations

import pytest

from gitwf.config.load import Loaded, load
from gitwf.config.quantity import Duration, Size
from gitwf.config.settings import (
    Controller,
    Droid,
    Environment,
    Keep,
    Mlflow,
    Notify,
    Settings,
    Target,
    Workspace,
)
from gitwf.diagnostics import Source, render


def said(text: str) -> str:
    source = Source("wf.toml", text)
    return "\n".join(render(d, source) for d in load(text).diagnostics)


def test_no_text_is_all_defaults() -> None:
    assert load("") == Loaded(Settings())


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        pytest.param(
            '[controller]\npoll = "1m"\nlog_max = "2GiB"\nbranches = ["main", "exp/*"]',
            Settings(
                controller=Controller(
                    branches=("main", "exp/*"), poll=Duration(60), log_max=Size(2 * 2**30)
                )
            ),
            id="quantities",
        ),
        pytest.param(
            "[controller]\npoll = 2.5\nlog_max = 1000",
            Settings(controller=Controller(poll=Duration(2.5), log_max=Size(1000))),
            id="quantities-as-numbers",
        ),
        pytest.param(
            'workspace = { link = [".venv"], filters = ["lfs"] }\nkeep.days = 7',
            Settings(workspace=Workspace(link=(".venv",), filters=("lfs",)), keep=Keep(days=7)),
            id="inline-and-dotted",
        ),
        pytest.param(
            "[resources]\ngpus = 1\nmem = 8.5",
            Settings(resources={"gpus": 1.0, "mem": 8.5}),
            id="resources",
        ),
        pytest.param(
            '[target.box]\nssh = "root@203.0.113.7:26324"\nidle = "10m"\nmax_hours = 6',
            Settings(
                target={
                    "box": Target(ssh="root@203.0.113.7:26324", idle=Duration(600), max_hours=6)
                }
            ),
            id="target",
        ),
        pytest.param(
            '[droid]\nparallel = 3\n[droid.reviewer]\ncommand = ["agent", "{prompt}"]',
            Settings(
                droid=Droid(parallel=3), droids={"reviewer": Droid(command=("agent", "{prompt}"))}
            ),
            id="droids",
        ),
        pytest.param(
            '[env.production]\napprove = true\nafter = ["staging"]\n[env.staging]',
            Settings(
                env={
                    "production": Environment(approve=True, after=("staging",)),
                    "staging": Environment(),
                }
            ),
            id="environments",
        ),
        pytest.param(
            '[secrets]\nTOKEN = "env"\nHOOK = "keyring:slack"\nKEY = "env:OTHER_KEY"',
            Settings(secrets={"TOKEN": "env", "HOOK": "keyring:slack", "KEY": "env:OTHER_KEY"}),
            id="secrets",
        ),
        pytest.param(
            '[mlflow]\n[notify]\nwebhook = "SLACK_URL"\ngithub = "GITHUB_TOKEN"',
            Settings(mlflow=Mlflow(), notify=Notify(webhook="SLACK_URL", github="GITHUB_TOKEN")),
            id="names-of-secrets",
        ),
    ],
)
def test_settings(text: str, settings: Settings) -> None:
    assert load(text) == Loaded(settings)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "[controller\n",
            """\
wf.toml:1:12: WF601 not TOML: expected ']' at the end of a table declaration
  1 | [controller
    |            ^""",
            id="table",
        ),
        pytest.param(
            "[controller]\r\nremote = origin\r\n",
            """\
wf.toml:2:10: WF601 not TOML: invalid value
  2 | remote = origin
    |          ^
    = text stands in quotes: `name = "text"`""",
            id="no-quotes",
        ),
        pytest.param(
            "[env.prod]\napprove = yes\n",
            """\
wf.toml:2:11: WF601 not TOML: invalid value
  2 | approve = yes
    |           ^
    = write `true`""",
            id="boolean-of-yaml",
        ),
        pytest.param(
            "[env.prod]\napprove = False\n",
            """\
wf.toml:2:11: WF601 not TOML: invalid value
  2 | approve = False
    |           ^
    = write `false`""",
            id="boolean-of-python",
        ),
        pytest.param(
            'remote = """',
            """\
wf.toml:1:13: WF601 not TOML: unterminated string
  1 | remote = \"""
    |             ^""",
            id="end-of-file",
        ),
    ],
)
def test_no_toml(text: str, message: str) -> None:
    assert said(text) == message
    assert load(text).settings == Settings()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            '[env.staging]\n[env.production]\nafter = ["stagin"]',
            """\
wf.toml:3:1: WF602 there is no environment `stagin`
  3 | after = ["stagin"]
    | ^^^^^
    = did you mean `staging`?""",
            id="unknown-environment",
        ),
        pytest.param(
            '[env.a]\nafter = ["b"]\n[env.b]\nafter = ["c"]\n[env.c]\n[env.d]\nafter = ["d"]',
            """\
wf.toml:7:1: WF602 `d` would have to wait for itself
  7 | after = ["d"]
    | ^^^^^""",
            id="environment-after-itself",
        ),
        pytest.param(
            "[controler]\njobs = 1",
            """\
wf.toml:1:2: WF602 there is no table or setting `controler`
  1 | [controler]
    |  ^^^^^^^^^
    = did you mean `controller`?""",
            id="unknown-table",
        ),
        pytest.param(
            '[target.box]\nssh = "box"\nidel = "10m"',
            """\
wf.toml:3:1: WF602 there is no setting `idel` in `[target.box]`
  3 | idel = "10m"
    | ^^^^
    = did you mean `idle`?""",
            id="unknown-key",
        ),
        pytest.param(
            "jobs = 2",
            """\
wf.toml:1:1: WF602 there is no table or setting `jobs`
  1 | jobs = 2
    | ^^^^
    = `jobs` stands under `[controller]`""",
            id="key-without-its-table",
        ),
        pytest.param(
            "[controller]\nidle = 2",
            """\
wf.toml:2:1: WF602 there is no setting `idle` in `[controller]`
  2 | idle = 2
    | ^^^^
    = `idle` stands under `[target.NAME]`""",
            id="key-of-a-named-table",
        ),
        pytest.param(
            '[droids]\nparallel = 1\n[droid]\ncommand = ["a"]',
            """\
wf.toml:1:2: WF602 there is no table or setting `droids`
  1 | [droids]
    |  ^^^^^^
    = did you mean `droid`?""",
            id="droids",
        ),
        pytest.param(
            '[controller]\nbranches = "main"',
            """\
wf.toml:2:1: WF602 `branches` takes a list of strings, not `"main"`
  2 | branches = "main"
    | ^^^^^^^^
    = write `branches = ["main"]`""",
            id="text-for-a-list",
        ),
        pytest.param(
            '[controller]\npoll = "15 parsecs"',
            """\
wf.toml:2:1: WF602 `poll` takes a duration such as `15s`, not `"15 parsecs"`
  2 | poll = "15 parsecs"
    | ^^^^""",
            id="duration",
        ),
        pytest.param(
            "[controller]\nlog_max = true",
            """\
wf.toml:2:1: WF602 `log_max` takes a size such as `1GB`, not `true`
  2 | log_max = true
    | ^^^^^^^""",
            id="size",
        ),
        pytest.param(
            "[controller]\njobs = 0",
            """\
wf.toml:2:1: WF602 `jobs` takes a whole number from 1 up, not `0`
  2 | jobs = 0
    | ^^^^""",
            id="range",
        ),
        pytest.param(
            '[controller]\ngate = "all"',
            """\
wf.toml:2:1: WF602 `gate` takes one of `"off"`, `"validate"`, `"pre-commit"`, not `"all"`
  2 | gate = "all"
    | ^^^^""",
            id="choice",
        ),
        pytest.param(
            '[target]\nssh = "box"',
            """\
wf.toml:2:1: WF602 `ssh` takes a table, not `"box"`
  2 | ssh = "box"
    | ^^^
    = its settings stand under `[target.ssh]`""",
            id="no-table",
        ),
        pytest.param(
            'env.prod = { approve = "yes", after = [1, 2] }',
            """\
wf.toml:1:14: WF602 `approve` takes `true` or `false`, not `"yes"`
  1 | env.prod = { approve = "yes", after = [1, 2] }
    |              ^^^^^^^
wf.toml:1:31: WF602 `after` takes a list of strings, not `[1,2]`
  1 | env.prod = { approve = "yes", after = [1, 2] }
    |                               ^^^^^""",
            id="two-in-an-inline-table",
        ),
        pytest.param(
            "[secrets]\nTOKEN = 'hunter2'",
            """\
wf.toml:2:1: WF602 `TOKEN` takes `"env"`, `"env:NAME"` or `"keyring:SERVICE"`, not what may be the secret itself
  2 | TOKEN = 'hunter2'
    | ^^^^^""",
            id="a-secret-itself",
        ),
        pytest.param(
            '[notify]\nwebhook = "https://hooks.example/T0/hunter2"\ngithub = "ghp_16C7e42F292c69"',
            """\
wf.toml:2:1: WF602 `webhook` takes the name of a secret, not what may be the secret itself
  2 | webhook = "https://hooks.example/T0/hunter2"
    | ^^^^^^^
    = put it into a variable of the environment, and name that: `webhook = "NAME"`
wf.toml:3:1: WF602 `github` takes the name of a secret, not what may be the secret itself
  3 | github = "ghp_16C7e42F292c69"
    | ^^^^^^
    = put it into a variable of the environment, and name that: `github = "NAME"`""",
            id="a-secret-for-its-name",
        ),
        pytest.param(
            '[mlflow]\nuri = "x"\nexperimnt = "y"',
            """\
wf.toml:3:1: WF602 there is no setting `experimnt` in `[mlflow]`
  3 | experimnt = "y"
    | ^^^^^^^^^
    = did you mean `experiment`?""",
            id="unknown-key-of-a-table-that-need-not-be-there",
        ),
        pytest.param(
            "mlflow = true",
            """\
wf.toml:1:1: WF602 `mlflow` takes a table, not `true`
  1 | mlflow = true
    | ^^^^^^
    = its settings stand under `[mlflow]`""",
            id="no-table-that-need-not-be-there",
        ),
    ],
)
def test_bad_setting(text: str, message: str) -> None:
    assert said(text) == message


def test_what_is_right_holds_beside_what_is_wrong() -> None:
    text = '[controller]\njobs = "many"\nremote = "origin"\n[keep]\nruns = 3'
    loaded = load(text)
    assert len(loaded.diagnostics) == 1
    assert loaded.settings == Settings(controller=Controller(remote="origin"), keep=Keep(runs=3))
