from __future__ import annotations

from collections.abc import Callable

import pytest

from gitwf.diagnostics import Span
from gitwf.language.directives import _DIRECTIVES
from gitwf.lsp.completion import DIRECTIVES, complete
from gitwf.lsp.definition import definition
from gitwf.lsp.hover import hover
from gitwf.lsp.reading import Reading
from gitwf.lsp.symbols import Kind, Symbol, symbols

Ask = Callable[[str], tuple[Reading, int]]

HOVERS = [
    pytest.param(
        "use:lib.wf\n/fe‸tch http://x",
        "/fetch",
        "```wf\n/fetch url [retries]\n```\n\nFetches a page.\n\n"
        "parameters: `url`, `retries:int=3`\n\ndefined in `flows/lib.wf:2`",
        id="command",
    ),
    pytest.param(
        "/sl‸eep 3", "/sleep", "```wf\n/sleep duration\n```\n\nbuilt-in command", id="builtin"
    ),
    pytest.param("/train‸", "/train", "```wf\n/train\n```\n\nstage of `dvc.yaml`", id="stage"),
    pytest.param(
        "‸/smoke",
        "/smoke",
        "```wf\n/smoke\n```\n\nexecutable of the folder `commands/`",
        id="script",
    ),
    pytest.param(
        "$n = 1 + 2\n/echo ‸$n\n$n = 3\n/echo $n",
        "$n",
        "```wf\n$n = 1 + 2\n```\n\nfirst set in line 1",
        id="variable",
    ),
    pytest.param(
        "/echo ${run.‸id}",
        None,
        None,
        id="field-of-a-variable",
    ),
    pytest.param(
        "if:$st‸atus == 0 → /echo",
        "$status",
        "```wf\n$status\n```\n\nthe exit status of the last unit that ended",
        id="built-in-variable",
    ),
    pytest.param(
        "define:/a n:int=3\n  ↳ run → echo ${n‸ + 1}\n/a",
        "n",
        "```wf\nn:int=3\n```\n\nparameter",
        id="parameter-in-a-run-line",
    ),
    pytest.param("$n = ‸len([1])\n/echo $n", "len", "```wf\nlen(x)\n```", id="function"),
    pytest.param(
        "retry:3 del‸ay:60 → /echo",
        "delay",
        "`delay:` takes a duration such as `60s`",
        id="option",
    ),
    pytest.param(
        "/ec‸ko", "/ecko", "`WF202`: unknown command (`git wf explain WF202`)", id="fault"
    ),
    pytest.param("# a com‸ment\n/echo", None, None, id="nothing"),
]


@pytest.mark.parametrize(("text", "words", "expected"), HOVERS)
def test_hover(ask: Ask, text: str, words: str | None, expected: str | None) -> None:
    reading, offset = ask(text)
    shown = hover(reading, offset)
    assert (shown and shown.text) == expected
    assert (shown and reading.words(shown.span)) == words


DEFINITIONS = [
    pytest.param("use:lib.wf\n/fe‸tch x", "flows/lib.wf", "/fetch", id="command"),
    pytest.param("define:/a\n  ↳ run → true\n/b && /a‸", "flows/main.wf", "/a", id="own-command"),
    pytest.param("use:li‸b.wf", "flows/lib.wf", "", id="use"),
    pytest.param('$x = 1\n$x = 2\n/echo "a ‸$x"', "flows/main.wf", "$x", id="variable"),
    pytest.param("/a > out\n/echo $o‸ut", "flows/main.wf", "out", id="redirect"),
    pytest.param("sweep:s=1,2 → /echo $s‸", "flows/main.wf", "s", id="axis"),
    pytest.param("context:c → $d → /echo $d‸", "flows/main.wf", "$d", id="context"),
    pytest.param("define:/a n\n  ↳ run → echo '$n‸'", "flows/main.wf", "n", id="parameter"),
]


@pytest.mark.parametrize(("text", "path", "words"), DEFINITIONS)
def test_definition(ask: Ask, text: str, path: str, words: str) -> None:
    reading, offset = ask(text)
    place = definition(reading, offset)
    assert place is not None
    found = reading.program.sources[place.path].text[place.span.start : place.span.end]
    assert (place.path, found) == (path, words)


def test_a_variable_comes_from_its_first_assignment(ask: Ask) -> None:
    reading, offset = ask("$x = 1\n$x = 2\n/echo $x‸")
    place = definition(reading, offset)
    assert place is not None
    assert place.span == Span(0, 2)


@pytest.mark.parametrize(
    "text", ["/ec‸ho a", "/nowhere‸", "/echo ‸a", "/echo $unknown‸", "use:no‸.wf"]
)
def test_no_definition(ask: Ask, text: str) -> None:
    assert definition(*ask(text)) is None


COMPLETIONS = [
    pytest.param("use:lib.wf\n/‸", {"/fetch", "/train", "/smoke", "/echo"}, {"if:"}, id="commands"),
    pytest.param("use:lib.wf\n/fet‸", {"/fetch"}, {"/echo"}, id="command"),
    pytest.param("use:lib.wf\n/fetch --‸", {"--url", "--retries"}, set(), id="parameters"),
    pytest.param("/fail --m‸", {"--message"}, {"--status"}, id="parameters-of-a-builtin"),
    pytest.param("retry:3 ‸", {"delay:", "backoff:", "on:"}, set(), id="options"),
    pytest.param("$total = 1\n/echo $‸", {"$total", "$run"}, set(), id="variables"),
    pytest.param("$total = 1\n/echo ${to‸", {"total"}, {"$total"}, id="variable-in-an-expression"),
    pytest.param("if:‸", {"len", "true", "status"}, {"if:"}, id="expression"),
    pytest.param("define:/a size\n  ↳ run → echo $‸\n", {"$size"}, {"$total"}, id="own-parameters"),
    pytest.param("define:/a size:‸", {"int", "path"}, set(), id="types"),
    pytest.param("define:/a\n  ↳ o‸", {"outs", "outs_no_cache"}, {"deps"}, id="fields"),
    pytest.param("on:‸", {"commit", "tag", "schedule", "manual"}, set(), id="events"),
    pytest.param("‸", {"use:", "on:commit", "define:/", "if:", "on_exit"}, set(), id="statements"),
    pytest.param("/echo && ‸", {"retry:"}, {"define:/"}, id="flows"),
]


@pytest.mark.parametrize(("text", "offered", "held_back"), COMPLETIONS)
def test_completion(ask: Ask, text: str, offered: set[str], held_back: set[str]) -> None:
    found = {offer.text for offer in complete(*ask(text))}
    assert offered <= found
    assert not held_back & found


def test_a_completion_replaces_what_is_typed(ask: Ask) -> None:
    reading, offset = ask("use:lib.wf\n/echo a && /fet‸ b")
    (offer,) = complete(reading, offset)
    assert reading.words(offer.span) == "/fet"
    assert offer.about == "/fetch url [retries]"


def test_every_directive_is_offered() -> None:
    assert {name.partition(":")[0] for name in DIRECTIVES} == {
        *_DIRECTIVES,
        "barrier",
        "catch",
        "finally",
    }


def test_symbols(ask: Ask) -> None:
    text = (
        "on:commit branch:main\ndefine:/a x\n  ↳ run → true\n$y = /a 1\n/echo $y\non_exit → /a 2‸"
    )
    reading, _ = ask(text)
    found = symbols(reading)
    assert [(s.name, s.kind, reading.words(s.name_span)) for s in found] == [
        ("on:commit", Kind.TRIGGER, "on:commit branch:main"),
        ("/a x", Kind.COMMAND, "/a"),
        ("$y", Kind.VARIABLE, "$y"),
        ("on_exit", Kind.HANDLER, "on_exit"),
    ]
    assert found[1] == Symbol("/a x", Kind.COMMAND, Span(22, 48), Span(29, 31))
