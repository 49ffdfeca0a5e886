"""Which agents a workflow hands work to, and what they are told: Markdown files of the commit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from gitwf.language import tree
from gitwf.language.agentfiles import AGENTS, PROMPTS, named
from gitwf.language.check.form import literal
from gitwf.language.program import Program
from gitwf.language.walk import children
from gitwf.plan.facts import Facts


class Page(msgspec.Struct, frozen=True):
    """A Markdown file, with its path."""

    path: str
    text: str


def agents(facts: Facts) -> dict[str, str]:
    """Return the agents that there are: name to path. Only the files of the folders themselves count."""
    return {name: path for name, path in _found(facts, AGENTS) if ":" not in name}


def prompts(facts: Facts) -> dict[str, str]:
    """Return the prompts that there are: command name to path; ``a/b.md`` is ``/a:b``."""
    return dict(_found(facts, PROMPTS))


def _found(facts: Facts, folders: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield names and paths, those that count last: the first folder has the last word."""
    for folder in reversed(folders):
        if facts.id(folder) is not None:
            yield from ((n, p) for n, p in named(folder, facts.files(folder)) if facts.is_file(p))


def told(program: Program) -> set[int]:
    """Return the identities of the commands in the program that are said to agents, not called."""
    return {id(droid.command) for droid in program.own(tree.Droid)}


def checks(program: Program) -> Iterator[tuple[str, tree.Word]]:
    """Yield the names of the commands that check what agents did, with the words that name them."""
    for droid in program.own(tree.Droid):
        for option in droid.options:
            text = literal(option.value) if option.key == "check" else None
            if text is not None:
                yield text.removeprefix("/"), option.value


def called_agents(program: Program, facts: Facts) -> dict[str, Page]:
    """Return the agents that ``program`` hands work to, by name, as they are written."""
    names = {droid.name for droid in program.own(tree.Droid)}
    return _pages(names, agents(facts), facts) if names else {}


def called_prompts(program: Program, facts: Facts) -> dict[str, Page]:
    """Return what agents are told by ``program`` that is written in a file, by command name."""
    given = (droid.command for droid in program.own(tree.Droid))
    names = {command.name for command in given if isinstance(command, tree.Command)}
    return _pages(names, prompts(facts), facts) if names else {}


def alone(program: Program) -> frozenset[str]:
    """Return the names of the agents that are set to work once at most in a run of ``program``."""
    names = list(_set_to_work(program.file.block, repeated=False))
    return frozenset(name for name in names if names.count(name) == 1)


def _set_to_work(node: tree.Node, *, repeated: bool) -> Iterator[str]:
    """Yield the names of agents, once for each time; where that is not known, twice."""
    match node:
        case tree.Droid(name=name):
            yield from (name, name) if repeated else (name,)
        case tree.Sweep() | tree.Retry() | tree.Fork(branches=(_,)):
            for child in children(node):
                yield from _set_to_work(child, repeated=True)
        case _:
            for child in children(node):
                yield from _set_to_work(child, repeated=repeated)


def _pages(names: set[str], paths: Mapping[str, str], facts: Facts) -> dict[str, Page]:
    found: dict[str, Page] = {}
    for name in sorted(names & paths.keys()):
        content = facts.read(paths[name])
        if content is not None:
            found[name] = Page(paths[name], content.decode("utf-8", "replace"))
    return found
