from __future__ import annotations

import textwrap

import pytest

from gitwf.data.dvcyaml import read_stages
from gitwf.data.mergeyaml import differs, merge_stages
from gitwf.plan.stage import Out, OutKind, Stage

TRAIN = Stage(
    "train",
    "python train.py --name 'a: b' ${HOME}",
    deps=("train.py",),
    params={"params.yaml": ("lr",)},
    outs=(Out("model"), Out("m.json", OutKind.METRIC)),
)
WRITTEN = r"""
stages:
  train:
    cmd: "python train.py --name 'a: b' \\${HOME}"
    deps:
    - train.py
    params:
    - lr
    outs:
    - model
    metrics:
    - m.json
""".lstrip()
FLOW = r"""
stages: {train: {cmd: "python train.py --name 'a: b' \\${HOME}", deps: [train.py],
  params: [params.yaml: [lr]], metrics: [m.json], outs: [model]}}
"""
LONG = Stage("long", "word " * 60 + "end", outs=(Out("x"),))


def test_a_new_file_holds_the_stages() -> None:
    assert read_stages(merge_stages(None, [TRAIN, LONG])) == {"train": TRAIN, "long": LONG}


@pytest.mark.parametrize(
    "text",
    [
        WRITTEN,
        WRITTEN.replace("    deps", "    # mine\n\n    deps"),
        FLOW,
    ],
)
def test_what_says_the_same_stays_to_the_byte(text: str) -> None:
    assert differs(text, [TRAIN]) == []
    assert merge_stages(text, [TRAIN]) == text


CASES = [
    pytest.param(
        """
        # top
        vars:
          - a: 1

        stages:
          # before one
          one:
            cmd: old   # why
            deps:      # these
            - a        # the first
            frozen: true
            meta: {by: me}
          # before two

          two:
            cmd: b
        plots: [p.csv]
        """,
        Stage("one", "new", deps=("a",)),
        """
        # top
        vars:
          - a: 1

        stages:
          # before one
          one:
            cmd: new   # why
            deps:      # these
            - a        # the first
            meta: {by: me}
          # before two

          two:
            cmd: b
        plots: [p.csv]
        """,
        id="comments-and-other-fields-stay",
    ),
    pytest.param(
        """
        stages:
          one:
            cmd: a
          # the end

        # last
        plots: [p.csv]
        """,
        Stage("two", "b", outs=(Out("o"),)),
        """
        stages:
          one:
            cmd: a
          two:
            cmd: b
            outs:
            - o
          # the end

        # last
        plots: [p.csv]
        """,
        id="a-new-one-goes-behind-the-last",
    ),
    pytest.param(
        """
        stages:
            one:
                cmd: a
                deps:
                    - x
        """,
        Stage("one", "a", deps=("x", "y")),
        """
        stages:
            one:
                cmd: a
                deps:
                    - x
                    - y
        """,
        id="indented-as-the-rest",
    ),
    pytest.param(
        """
        stages:
          one:
            foreach: [1, 2]
            do:
              cmd: echo ${item}
        """,
        Stage("one", "a"),
        """
        stages:
          one:
            cmd: a
        """,
        id="templates-go",
    ),
    pytest.param(
        """
        stages:
          one:
            desc: what a person says of it
            cmd:
            - b
            - a
            outs:
            - o:
                desc: "mine"   # stays
            - p: {cache: false, push: false}
            plots:
            - q:
                x: step
        """,
        Stage(
            "one",
            ("a", "b"),
            outs=(Out("o"), Out("p"), Out("q", OutKind.PLOT)),
        ),
        """
        stages:
          one:
            desc: what a person says of it
            cmd:
            - a
            - b
            outs:
            - o:
                desc: "mine"   # stays
            - p
            plots:
            - q:
                x: step
        """,
        id="settings-of-outs-stay",
    ),
    pytest.param(
        """
        vars: [a.yaml]
        stages: {}
        """,
        Stage("one", "a"),
        """
        vars: [a.yaml]
        stages:
          one:
            cmd: a
        """,
        id="no-stage-yet",
    ),
    pytest.param(
        """
        plots: [p.csv]   # mine
        """,
        Stage("one", "a"),
        """
        plots: [p.csv]   # mine
        stages:
          one:
            cmd: a
        """,
        id="no-stages-yet",
    ),
]


@pytest.mark.parametrize(("before", "stage", "after"), CASES)
def test_only_what_differs_is_changed(before: str, stage: Stage, after: str) -> None:
    text = textwrap.dedent(before).lstrip("\n")
    expected = textwrap.dedent(after).lstrip("\n")
    assert merge_stages(text, [stage]) == expected
    assert merge_stages(expected, [stage]) == expected
    assert differs(expected, [stage]) == []


def test_a_last_line_without_its_end_is_ended() -> None:
    text = "stages:\n  one:\n    cmd: a"
    assert merge_stages(text, [Stage("two", "b")]) == f"{text}\n  two:\n    cmd: b\n"


def test_differences_are_named() -> None:
    others = [TRAIN, LONG, Stage("one", "a")]
    assert differs(WRITTEN + "  one:\n    cmd: b\n", others) == ["long", "one"]
