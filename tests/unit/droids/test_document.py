"""Agents and prompts as people write them."""

from __future__ import annotations

import pytest

from gitwf.droids.document import Document, parse


@pytest.mark.parametrize(
    ("text", "document"),
    [
        pytest.param("Do it.\n", Document({}, "Do it."), id="no-front-matter"),
        pytest.param(
            "---\nname: coder\ntools: [Read, Edit]\n---\n\nYou write.\n",
            Document({"name": "coder", "tools": ["Read", "Edit"]}, "You write."),
            id="yaml",
        ),
        pytest.param(
            "---\nname: coder\ndescription: Use it when: there is code\n---\nYou write.",
            Document({"name": "coder", "description": "Use it when: there is code"}, "You write."),
            id="no-yaml-but-usual",
        ),
        pytest.param(
            "\ufeff---\r\nmodel: opus\r\n---\r\nA\r\nB\r\n",
            Document({"model": "opus"}, "A\nB"),
            id="windows",
        ),
        pytest.param("---\n---\nDo it.", Document({}, "Do it."), id="empty-front-matter"),
        pytest.param("---\nname: a\n", Document({}, "---\nname: a"), id="never-closed"),
        pytest.param(
            "---\n- a\n- b\n---\nDo it.\n---\nmore", Document({}, "Do it.\n---\nmore"), id="a-list"
        ),
    ],
)
def test_parse(text: str, document: Document) -> None:
    assert parse(text) == document


@pytest.mark.parametrize(
    ("head", "names"),
    [
        ("", None),
        ("files:", ()),
        ("files: []", ()),
        ("files: a.md", ("a.md",)),
        ("files: a.md, b.md", ("a.md", "b.md")),
        ("files:\n  - a.md\n  - b.md", ("a.md", "b.md")),
    ],
)
def test_names(head: str, names: tuple[str, ...] | None) -> None:
    assert parse(f"---\n{head}\n---\n").names("files") == names


@pytest.mark.parametrize(
    ("head", "model"),
    [("", None), ("model: inherit", None), ("model: opus", "opus"), ("model:", None)],
)
def test_model(head: str, model: str | None) -> None:
    assert parse(f"---\n{head}\n---\n").model == model
