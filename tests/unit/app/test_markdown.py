"""Whatever a repository is called by stays text in Markdown."""

from __future__ import annotations

import pytest

from gitwf.app.markdown import code, plain

GAP = "\N{ZERO WIDTH SPACE}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("a", "`a`"),
        ("a|b", "`a\\|b`"),
        ("a`b``c", "``` a`b``c ```"),
        ("a\n| b |\r\n# c", "`a \\| b \\| # c`"),
        ("@all <b>", "`@all <b>`"),
    ],
)
def test_code(text: str, shown: str) -> None:
    assert code(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words, 0.5 s (run 01A)", "plain words, 0.5 s (run 01A)"),
        ("no `x` here", "no `x` here"),
        ("one ` alone @all", f"one \\` alone @{GAP}all"),
        ("`a` @all `b`", f"`a` @{GAP}all `b`"),
        ("[x](http://evil.example)", f"\\[x\\](http:{GAP}//evil.example)"),
        ("![x](www.evil.example)", f"!\\[x\\](www{GAP}.evil.example)"),
        ("<img src=x> &#64;all", f"&lt;img src=x> &amp;#{GAP}64;all"),
        ("ada/digits#12, #1", f"ada/digits#{GAP}12, #{GAP}1"),
        ("a | b\u2028c", "a \\| b c"),
        ("*b* ~~c~~ \\", "\\*b\\* \\~\\~c\\~\\~ \\\\"),
    ],
)
def test_plain_text(text: str, shown: str) -> None:
    assert plain(text) == shown
