"""How agent programs are called: those that are known by name, and those that `wf.toml` describes.

An adapter is data: an argument list with places in it, how to read what the program prints, and the
names of the variables that it needs of the controller's environment.

`droid exec` has called its option for tools differently from version to version, and otherwise than its
pages do: it is not among what is known, and stands in ``args`` of whoever needs it.

Sources: Factory, docs.factory.ai/droid-exec/overview; Claude Code,
docs.claude.com/en/docs/claude-code/cli-reference; Codex, developers.openai.com/codex/noninteractive;
aider, aider.chat/docs/scripting.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeVar

import msgspec

from gitwf.config.settings import Droid, Settings, Words
from gitwf.droids.protect import DEFAULT

_T = TypeVar("_T")

Reading = Literal["json", "codex", "text"]

PARALLEL = 3
"""Agents at once where `wf.toml` says nothing."""

TIMEOUT = 3600.0
"""Seconds that an agent may take where neither its step nor `wf.toml` says."""


class Adapter(msgspec.Struct, frozen=True):
    """How one kind of program is called. ``env`` are globs of variables that it gets.

    ``litter`` are globs of files that it leaves where it works and that are no part of its work.
    """

    command: Words
    reads: Reading
    env: tuple[str, ...] = ()
    litter: tuple[str, ...] = ()


ADAPTERS: Mapping[str, Adapter] = {
    "droid": Adapter(
        (
            *("droid", "exec", "--output-format", "json", "--auto", "medium", "--cwd", "{cwd}"),
            ("--append-system-prompt-file", "{system_file}"),
            ("--model", "{model}"),
            *("--file", "{prompt_file}"),
        ),
        "json",
        ("FACTORY_*",),
    ),
    "claude": Adapter(
        (
            *("claude", "-p", "{prompt}", "--output-format", "json"),
            *("--permission-mode", "acceptEdits"),
            ("--append-system-prompt", "{system}"),
            ("--model", "{model}"),
            ("--tools", "{tools}"),
            ("--max-turns", "{turns}"),
            ("--max-budget-usd", "{budget}"),
        ),
        "json",
        ("ANTHROPIC_*", "CLAUDE_*"),
    ),
    "codex": Adapter(
        (
            *("codex", "exec", "--json", "--sandbox", "workspace-write", "--cd", "{cwd}"),
            ("--model", "{model}"),
            "{instructions}",
        ),
        "codex",
        ("OPENAI_*", "CODEX_*"),
    ),
    "aider": Adapter(
        (
            *("aider", "--yes-always", "--no-stream", "--no-pretty", "--no-check-update"),
            *("--no-show-release-notes", "--analytics-disable", "--no-gitignore"),
            ("--read", "{system_file}"),
            ("--model", "{model}"),
            *("--message-file", "{prompt_file}"),
        ),
        "text",
        (
            *("OPENAI_*", "ANTHROPIC_*", "GEMINI_*", "DEEPSEEK_*", "OPENROUTER_*", "OLLAMA_*"),
            "AIDER_*",
        ),
        (".aider*", ".aider*/**"),
    ),
}
"""The adapters that are known by name."""


class Program(msgspec.Struct, frozen=True):
    """All that is settled about an agent: how its program is called, and its limits.

    ``timeout`` in seconds; ``model`` None: the agent's own file decides. ``default_model`` is for
    agents that name none. ``litter`` as in `Adapter`.
    """

    command: Words
    reads: Reading
    env: tuple[str, ...]
    timeout: float = TIMEOUT
    protected: tuple[str, ...] = DEFAULT
    model: str | None = None
    default_model: str | None = None
    litter: tuple[str, ...] = ()


def program_of(name: str, path: str, settings: Settings) -> Program:
    """Return what `wf.toml` settles for the agent ``name``, whose file is at ``path``.

    ``[droid.NAME]`` goes before ``[droid]``. Where neither says whose program it is, the folder does.
    """
    own = settings.droids.get(name, Droid())
    layers = (own, settings.droid)
    adapter = _adapter(layers, path)
    return Program(
        (*adapter.command, *_first(layers, "args", ())),
        adapter.reads,
        (*adapter.env, *_first(layers, "env", ())),
        _first(layers, "timeout", TIMEOUT),
        _first(layers, "protected", DEFAULT),
        own.model,
        settings.droid.model,
        adapter.litter,
    )


def _adapter(layers: tuple[Droid, ...], path: str) -> Adapter:
    for layer in layers:
        if layer.command is not None:
            return Adapter(layer.command, _first(layers, "reads", "json"))
        if layer.adapter is not None:
            return ADAPTERS[layer.adapter]
    return ADAPTERS["claude" if path.startswith(".claude/") else "droid"]


def _first(layers: tuple[Droid, ...], key: str, default: _T) -> _T:
    """Return what the first table says that has ``key``."""
    found: _T | None = next((v for layer in layers if (v := getattr(layer, key)) is not None), None)
    return default if found is None else found


def limits(settings: Settings) -> dict[str, float]:
    """Return how many agents may be at work at once, by the names of `gitwf.plan.needs.of_droid`."""
    named = {n: d.parallel for n, d in settings.droids.items() if d.parallel is not None}
    own = {f"droid:{name}": float(parallel) for name, parallel in named.items()}
    return {"droid:": float(settings.droid.parallel or PARALLEL), **own}
