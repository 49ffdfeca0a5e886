"""What reading workflow files costs, beside peers that do like things."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from lark import Lark
from tests.bench.place import Place
from tests.bench.report import Row
from tests.bench.timing import Work, command, medians

from gitwf.diagnostics import has_errors
from gitwf.language.check.checker import check
from gitwf.language.check.surroundings import Surroundings
from gitwf.language.parser import parse
from gitwf.language.program import load

FILES = (1, 100, 1000)

TYPICAL = """\
# one experiment of many
define:/train_{n} sigma:float=0.12 epochs:int=50
  ↳ run     → python3 train.py --sigma $sigma --epochs $epochs --out models/{n}-${{sigma}}.joblib
  ↳ deps    → train.py data/digits.csv
  ↳ outs    → models/{n}-${{sigma}}.joblib
  ↳ metrics → metrics/{n}-${{sigma}}.json

/echo "prepare {n}" && /echo 'a b' || /fail
$model_{n} = /train_{n} --sigma 0.10 epochs=20
if:$model_{n}.accuracy > 0.8 and $model_{n}.loss < 1e-3 → /echo good → /echo bad
try: {{ /echo one ; /echo two }} → catch: /echo "${{error.message}}"
"""

LIKE = r"""
start: (line? _NL)*
line: statement (";" statement)*
statement: define | field | assignment | flow | condition
define: "define:" COMMAND param*
param: NAME [":" NAME] ["=" NUMBER]
field: BRANCH NAME ARROW REST
assignment: VARIABLE "=" (value | flow)
condition: "if:" expression ARROW flow
flow: andor (ARROW andor)*
andor: command (("&&" | "||") command)*
command: COMMAND (word ["=" word])*
word: WORD | STRING | VARIABLE | NUMBER | NAME
expression: comparison (("and" | "or") comparison)*
comparison: value [("<" | ">") value]
value: VARIABLE ("." NAME)* | NUMBER | STRING
ARROW: "→"
COMMAND: /\/[A-Za-z_][A-Za-z0-9_-]*/
VARIABLE: /\$[A-Za-z_][A-Za-z0-9_]*/
NUMBER: /[0-9]+(\.[0-9]+)?(e-?[0-9]+)?/
NAME: /[A-Za-z_][A-Za-z0-9_]*/
REST.2: /(?<=→ )[A-Za-z][^\n]+/
BRANCH: "↳"
WORD: /--?[A-Za-z0-9_.-]+/
STRING: /"[^"\n]*"/ | /'[^'\n]*'/
_NL: "\n"
%ignore /[ \t]+/
%ignore /#[^\n]*/
"""


def measure(at: Path) -> Iterator[Row]:
    """Measure start-up, parsing, and validating as a whole command."""
    yield from _starting()
    yield from _parsing()
    yield from _validating(at)


def _text(count: int) -> str:
    """Return a workflow of ``count`` experiments."""
    return "".join(TYPICAL.format(n=n) for n in range(count))


def _like(text: str) -> str:
    """Return the lines of ``text`` that the grammar beside ours reads: it knows no expressions in words."""
    return "\n".join(line for line in text.splitlines() if not line.startswith("try:")) + "\n"


def _parsing() -> Iterator[Row]:
    """Measure parse, and parse with check, beside an LALR parser made by lark."""
    text, small = _text(1000), _text(300)
    other = _like(text)
    lark = Lark(LIKE, parser="lalr", propagate_positions=True)

    def checked() -> None:
        found = check(load("a.wf", {"a.wf": small}.get), Surroundings())
        if has_errors(found):
            sys.exit(f"the measured file has errors: {found[0]}")

    parsed, both, peer = medians(
        Work(lambda: parse("a.wf", text)), Work(checked), Work(lambda: lark.parse(other))
    )
    parsed, both, peer = (
        taken.rate(len(read.encode()) / 1e6)
        for taken, read in ((parsed, text), (both, small), (peer, other))
    )
    yield Row("parse", parsed, "lark, LALR with positions", peer, "MB/s")
    yield Row("parse and check", both, "lark, checks nothing", peer, "MB/s")


def _starting() -> Iterator[Row]:
    ours, python, dvc = medians(
        command("git-wf", "--version"),
        command(sys.executable, "-c", "pass"),
        command("dvc", "--version"),
    )
    yield Row("git wf --version", ours, "dvc --version", dvc)
    yield Row("", ours, "python -c pass", python)


def _validating(at: Path) -> Iterator[Row]:
    for count in FILES:
        place = Place(at / f"validate-{count}")
        place.write({f"workflows/{n}.wf": TYPICAL.format(n=n) for n in range(count)})
        place.write({"train.py": "", "data/digits.csv": ""})
        place.commit("workflows")
        ours, python, dvc = medians(
            command("git-wf", "validate", cwd=place.root),
            command(sys.executable, "-c", "pass"),
            command("dvc", "--version"),
        )
        yield Row(f"git wf validate, {count} files", ours, "dvc --version", dvc)
        yield Row("", ours, "python -c pass", python)
