"""What a plan pins, what the names in it mean, and its form in the run's ref."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from gitwf.plan.plan import Plan, decode, encode

MakePlan = Callable[..., Plan]

FIT = "stages:\n  fit:\n    cmd: fit\n    outs: [m.bin]\n"
DEFINED = "define:/fit\n  ↳ run → fit here\n"


@pytest.mark.parametrize(
    ("files", "stages", "scripts"),
    [
        ({"main.wf": f"{DEFINED}/fit\n", "dvc.yaml": FIT, "commands/fit": ""}, set(), {}),
        ({"main.wf": "/fit\n", "dvc.yaml": FIT, "commands/fit": ""}, {"fit"}, {}),
        ({"main.wf": "/fit\n", "commands/fit": ""}, set(), {"fit": "commands/fit"}),
        ({"main.wf": "/fit\n", "commands/fit.py": ""}, set(), {"fit": "commands/fit.py"}),
        (
            {"main.wf": "/fit\n", "commands/fit.py": "", "commands/fit.sh": ""},
            set(),
            {"fit": "commands/fit.sh"},
        ),
        ({"main.wf": "/echo fit\n", "commands/fit": "", "commands/echo": ""}, set(), {}),
    ],
    ids=[
        "a definition is first",
        "then a stage",
        "then a script",
        "with a suffix",
        "in the order of the suffixes",
        "a built-in command before all",
    ],
)
def test_what_a_name_means(
    make_plan: MakePlan, files: dict[str, str], stages: set[str], scripts: dict[str, str]
) -> None:
    plan = make_plan(files)
    assert (set(plan.stages), plan.scripts) == (stages, scripts)


def test_calls_are_found_wherever_a_command_may_stand(make_plan: MakePlan) -> None:
    workflow = """\
on_exit → /a
$x = /b
if:true → /c → { /d && /e || /f }
try: /g → catch: /h → finally: /i > out.txt
"""
    scripts = {f"commands/{name}": "" for name in "abcdefghij"}
    plan = make_plan({"main.wf": workflow, **scripts})
    assert sorted(plan.scripts) == list("abcdefghi")


def test_the_environments_that_a_run_may_change(make_plan: MakePlan) -> None:
    workflow = """\
define:/deploy
  ↳ run    → deploy
  ↳ effect → production
define:/stage
  ↳ run    → stage
  ↳ effect → a-staging
define:/other
  ↳ run    → other
  ↳ effect → never
/deploy && /stage
"""
    assert make_plan({"main.wf": workflow}).effects == ("a-staging", "production")


def test_a_plan_is_written_and_read(make_plan: MakePlan) -> None:
    files = {
        "main.wf": "use:lib.wf\n/a && /fit && /run\n/echo $who\n",
        "lib.wf": "define:/a\n  ↳ run  → echo 'ü → 1'\n  ↳ deps → a.csv\n",
        "dvc.yaml": FIT,
        "commands/run.sh": "",
    }
    plan = make_plan(files, {"who": '"world"'})
    again = decode(encode(plan))
    assert again == plan
    assert encode(again) == encode(plan)


def test_a_plan_holds_its_program(make_plan: MakePlan) -> None:
    files = {"main.wf": "use:lib.wf\n/a\n", "lib.wf": "define:/a\n  ↳ run → echo 1\n"}
    plan = make_plan(files)
    make_plan({"main.wf": "/echo other\n", "lib.wf": None})
    program = decode(encode(plan)).program()
    assert list(program.files) == ["main.wf", "lib.wf"]
    assert list(program.definitions) == ["a"]


def test_what_is_no_plan_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(b"{}")
