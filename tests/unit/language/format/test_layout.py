"""How lines are broken, indented and aligned."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from gitwf.language.format.formatter import formatted
from gitwf.language.format.spelling import ASCII
from gitwf.language.parser import parse

Format = Callable[..., str]


@pytest.mark.parametrize(
    ("text", "formatted"),
    [
        pytest.param("", "", id="empty"),
        pytest.param("\n\n \n", "", id="nothing-but-space"),
        pytest.param("\ufeff/a\r\n/b", "/a\n/b\n", id="bom-and-crlf"),
        pytest.param("\n\n/a\n\n\n\n/b\n\n", "/a\n\n/b\n", id="blank-lines"),
        pytest.param("{ /a\n/b }", "{\n  /a\n  /b\n}\n", id="a-group-of-lines"),
        pytest.param("{\n\n/a\n\n}", "{\n  /a\n}\n", id="blank-lines-in-a-group"),
        pytest.param("{ { /a\n/b } }", "{ {\n  /a\n  /b\n} }\n", id="a-group-in-a-group"),
        pytest.param("/a &&\n/b\n|| /c", "/a &&\n  /b\n  || /c\n", id="continuation"),
        pytest.param("/a \\\n b \\\n c", "/a \\\n  b \\\n  c\n", id="words-go-on"),
        pytest.param("/a \\\n && /b", "/a\n  && /b\n", id="a-needless-backslash"),
        pytest.param("/a \\\n\n/b \\\n", "/a\n\n/b\n", id="a-backslash-that-leads-nowhere"),
        pytest.param("/a b\\", "/a b\n", id="a-backslash-at-the-end"),
        pytest.param("$x=[\n1,\n2\n]", "$x = [\n  1,\n  2\n]\n", id="list"),
        pytest.param("$x=[\n1\n # c\n\n]", "$x = [\n  1\n  # c\n]\n", id="comment-in-a-list"),
        pytest.param("$x=f([\n1\n])", "$x = f([\n  1\n])\n", id="brackets-in-brackets"),
        pytest.param("fork:2→/a&\n/b", "fork:2 → /a &\n  /b\n", id="fork"),
        pytest.param("/a &\n/b", "/a &\n/b\n", id="background"),
        pytest.param(
            "if:$x→{\n/a\n}→{\n/b\n}", "if:$x → {\n  /a\n} → {\n  /b\n}\n", id="groups-of-an-if"
        ),
        pytest.param("/a\n&& {\n/b\n}", "/a\n  && {\n    /b\n  }\n", id="a-group-further-right"),
    ],
)
def test_lines(fmt: Format, text: str, formatted: str) -> None:
    assert fmt(text) == formatted


BRANCHES = """\
define:/a
=> run->a  -> b  \\
 c
↳ outs_no_cache → x
 ↳ deps →  'y z'   w
case:$x
↳ a,b→/a→/b
↳ "long one"→case:$y
↳ *→ { /a
/b }
↳ c→/a&&
/b
/c
"""


def test_branches_are_indented_and_their_arrows_aligned(fmt: Format) -> None:
    assert fmt(BRANCHES) == dedent("""\
        define:/a
          ↳ run           → a  -> b  \\
         c
          ↳ outs_no_cache → x
          ↳ deps          → 'y z' w
        case:$x
          ↳ a, b       → /a → /b
          ↳ "long one" → case:$y
            ↳ * → {
              /a
              /b
            }
            ↳ c → /a &&
                /b
        /c
        """)


COMMENTS = """\
  # first
#last of the head

/a # short
/b longer# no comment  # long
/c
{ # of the group
  # in it
    }
define:/d # what it does
  ↳ run → a # of the shell
     # ↳ deps → b
 # of what follows

    # too
/e && # why
 # indeed
/f

   # the end"""


def test_comments_are_kept_and_those_of_adjacent_lines_aligned(fmt: Format) -> None:
    assert fmt(COMMENTS) == dedent("""\
        # first
        #last of the head

        /a                     # short
        /b longer# no comment  # long
        /c
        {  # of the group
          # in it
        }
        define:/d  # what it does
          ↳ run → a # of the shell
          # ↳ deps → b
        # of what follows

        # too
        /e &&  # why
          # indeed
          /f

        # the end
        """)


def test_ascii(fmt: Format) -> None:
    text = "case:$x\n  ↳ a → /b '→'  # →\n"
    assert fmt(text, ASCII) == "case:$x\n  => a -> /b '→'  # →\n"
    assert fmt(fmt(text, ASCII)) == text


def test_a_text_with_errors_stays_as_it_is() -> None:
    text = "/a   →\n"
    assert formatted(text, parse("case.wf", text)) == text
