"""`make bench`: what reading workflow files costs, beside peers that do like things.

Prints medians and ratios; nothing fails on a time. Run it with the installed program on the PATH.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from lark import Lark

from gitwf.diagnostics import has_errors
from gitwf.language.check.checker import check
from gitwf.language.check.surroundings import Surroundings
from gitwf.language.parser import parse
from gitwf.language.program import load

RUNS = 7
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


def median(work: Callable[[], object]) -> float:
    """Return the median seconds of several runs of ``work``, after one that does not count."""
    work()
    times = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def whole(*command: str, cwd: Path | None = None) -> float:
    """Return the median seconds of a whole command; it must succeed."""
    return median(lambda: subprocess.run(command, cwd=cwd, check=True, capture_output=True))


def text_of(count: int) -> str:
    """Return a workflow of ``count`` experiments."""
    return "".join(TYPICAL.format(n=n) for n in range(count))


def like(text: str) -> str:
    """Return the lines of ``text`` that the grammar beside ours reads: it knows no expressions in words."""
    return "\n".join(line for line in text.splitlines() if not line.startswith("try:")) + "\n"


def parsing() -> None:
    """Measure parse, and parse with check, beside an LALR parser made by lark."""
    text = text_of(1000)
    megabytes = len(text.encode()) / 1e6
    ours = megabytes / median(lambda: parse("a.wf", text))
    small = text_of(300)

    def checked() -> None:
        found = check(load("a.wf", {"a.wf": small}.get), Surroundings())
        if has_errors(found):
            sys.exit(f"the measured file has errors: {found[0]}")

    both = len(small.encode()) / 1e6 / median(checked)
    other = like(text)
    lark = Lark(LIKE, parser="lalr", propagate_positions=True)
    peer = len(other.encode()) / 1e6 / median(lambda: lark.parse(other))
    row("parse, MB/s", ours, "lark, LALR with positions", peer)
    row("parse and check, MB/s", both, "lark, which checks nothing", peer)


def validating() -> None:
    """Measure `git wf validate` as a whole command, beside the start of python and of dvc."""
    python, dvc = whole(sys.executable, "-c", "pass"), whole("dvc", "--version")
    row("git-wf --version, s", whole("git-wf", "--version"), "python -c pass", python)
    for count in FILES:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "workflows").mkdir()
            for n in range(count):
                (root / "workflows" / f"{n}.wf").write_text(TYPICAL.format(n=n), encoding="utf-8")
            ours = whole("git-wf", "validate", cwd=root)
        row(f"git-wf validate, {count} files, s", ours, "dvc --version", dvc)


def row(name: str, ours: float, peer: str, theirs: float) -> None:
    """Print a row."""
    print(f"{name:32}{ours:9.3f}   {peer:28}{theirs:9.3f}   ratio {ours / theirs:6.2f}")


if __name__ == "__main__":
    os.environ["DVC_NO_ANALYTICS"] = "1"
    # An installed program has its byte code; in a checkout the first run, which does not count, writes it.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    parsing()
    validating()
