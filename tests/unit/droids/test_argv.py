"""From a command in `wf.toml` to the arguments of a process."""

from __future__ import annotations

import pytest

from gitwf.config.settings import Droid, Settings, Words
from gitwf.droids.adapter import ADAPTERS, limits, program_of
from gitwf.droids.argv import LONGEST, TemplateError, fill, places

VALUES = {
    "prompt": "Do it; rm -rf $HOME",
    "prompt_file": "/p",
    "system": "You do.",
    "system_file": "/s",
    "instructions": "You do.\n\nDo it",
    "model": "opus",
    "tools": "Read,Edit",
    "cwd": "/w",
    "turns": "5",
    "budget": "1.5",
    "agent": "coder",
    "branch": "wf/droid/R/coder",
}
NOTHING = dict.fromkeys(VALUES) | {"prompt": "Do it", "prompt_file": "/p", "instructions": "Do it"}


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        pytest.param(("a", "{prompt}"), ("a", "Do it; rm -rf $HOME"), id="one-argument"),
        pytest.param(("a", "x={model}-{turns}"), ("a", "x=opus-5"), id="inside-a-word"),
        pytest.param(("a", ("--m", "{model}"), "b"), ("a", "--m", "opus", "b"), id="a-list"),
        pytest.param(("a", "{}", "{ x }", "{A}"), ("a", "{}", "{ x }", "{A}"), id="no-places"),
    ],
)
def test_fill(command: Words, arguments: tuple[str, ...]) -> None:
    assert fill(command, VALUES) == arguments


def test_a_list_without_its_value_is_left_out() -> None:
    command = ("a", ("--m", "{model}"), "{model}", ("--always",))
    assert fill(command, {"model": None}) == ("a", "", "--always")


def test_a_text_is_never_an_option() -> None:
    assert fill(("a", "{prompt}", "-{prompt}"), {"prompt": "--yolo"}) == (
        "a",
        "\n--yolo",
        "---yolo",
    )


def test_too_long() -> None:
    with pytest.raises(TemplateError) as caught:
        fill(("a", "{prompt}"), {"prompt": "x" * (LONGEST + 1)})
    assert str(caught.value) == (
        "an argument of its command has 131,072 bytes, one may have 131,071; "
        "`{prompt_file}` and `{system_file}` take any"
    )


def test_unknown_place() -> None:
    with pytest.raises(TemplateError) as caught:
        fill(("a", "{promt}"), {"prompt": "", "model": ""})
    assert (
        str(caught.value) == "`{promt}` in its command is no place; there are `{prompt}`, `{model}`"
    )


@pytest.mark.parametrize("name", ADAPTERS)
def test_ready_adapters_know_their_places(name: str) -> None:
    command = ADAPTERS[name].command
    assert places(command) <= VALUES.keys()
    assert all("None" not in word for word in fill(command, NOTHING))


CALLS = {
    "claude": """\
claude -p {prompt} --output-format json --permission-mode acceptEdits --append-system-prompt {system}
--model opus --tools Read,Edit --max-turns 5 --max-budget-usd 1.5""",
    "droid": """\
droid exec --output-format json --auto medium --cwd /w --append-system-prompt-file /s --model opus
--file /p""",
    "codex": """\
codex exec --json --sandbox workspace-write --cd /w --model opus {instructions}""",
    "aider": """\
aider --yes-always --no-stream --no-pretty --no-check-update --no-show-release-notes
--analytics-disable --no-gitignore --read /s --model opus --message-file /p""",
}


@pytest.mark.parametrize("name", ADAPTERS)
def test_what_ready_adapters_call(name: str) -> None:
    words = CALLS[name].split()
    texts = {f"{{{place}}}": VALUES[place] for place in ("prompt", "system", "instructions")}
    assert fill(ADAPTERS[name].command, VALUES) == tuple(texts.get(word, word) for word in words)


@pytest.mark.parametrize(
    ("path", "settings", "first", "reads"),
    [
        ("droids/x.md", Settings(), "droid", "json"),
        (".claude/agents/x.md", Settings(), "claude", "json"),
        (".claude/agents/x.md", Settings(droid=Droid(adapter="codex")), "codex", "codex"),
        (
            "droids/x.md",
            Settings(droid=Droid(adapter="codex"), droids={"x": Droid(command=("mine",))}),
            "mine",
            "json",
        ),
        (
            "droids/x.md",
            Settings(
                droid=Droid(command=("mine",), reads="text"), droids={"x": Droid(adapter="aider")}
            ),
            "aider",
            "text",
        ),
    ],
)
def test_whose_program(path: str, settings: Settings, first: str, reads: str) -> None:
    program = program_of("x", path, settings)
    assert (program.command[0], program.reads) == (first, reads)


def test_args_go_behind_what_is_known() -> None:
    settings = Settings(droid=Droid(adapter="droid", args=(("--only-tools", "{tools}"), "--x")))
    called = fill(program_of("x", "droids/x.md", settings).command, VALUES)
    assert called[-3:] == ("--only-tools", "Read,Edit", "--x")


def test_limits() -> None:
    settings = Settings(droids={"x": Droid(parallel=1), "y": Droid(model="m")})
    assert limits(settings) == {"droid:": 3, "droid:x": 1}
