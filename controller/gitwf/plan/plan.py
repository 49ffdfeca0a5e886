"""A plan: what a run is going to play, pinned in its first record."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from gitwf import __version__
from gitwf.language.program import Program, load
from gitwf.plan.agents import Page, called_agents, called_prompts
from gitwf.plan.calls import Script, callees, effects
from gitwf.plan.facts import Facts
from gitwf.plan.key import Input, inputs_of, run_key
from gitwf.plan.stage import Stage


class Plan(msgspec.Struct, frozen=True):
    """Everything a run needs to know of its commit; the run keeps to it.

    ``sources`` holds the text of the workflow and of the files it uses, ``stages`` and
    ``scripts`` what its commands mean beside definitions, ``settings`` the ``--set`` values as
    JSON text, ``effects`` the environments that it may change. ``agents`` and ``prompts`` are the
    files of the agents that it hands work to, and of what they are told, by name.
    """

    workflow: str
    key: str
    inputs: tuple[Input, ...]
    sources: Mapping[str, str]
    stages: Mapping[str, Stage]
    scripts: Mapping[str, str]
    settings: Mapping[str, str]
    effects: tuple[str, ...]
    agents: Mapping[str, Page] = {}
    prompts: Mapping[str, Page] = {}
    v: int = 1
    version: str = __version__

    def program(self) -> Program:
        """Return the program that this plan pins, parsed again from its sources."""
        return load(self.workflow, self.sources.get)


def plan(program: Program, facts: Facts, settings: Mapping[str, str]) -> Plan:
    """Return what a run of a checked ``program`` on the files of ``facts`` would play."""
    found = callees(program, facts)
    inputs = inputs_of(program, found, facts, settings)
    return Plan(
        workflow=program.file.path,
        key=run_key(inputs),
        inputs=inputs,
        sources={path: source.text for path, source in program.sources.items()},
        stages={name: c for name, c in found.items() if isinstance(c, Stage)},
        scripts={name: c.path for name, c in found.items() if isinstance(c, Script)},
        settings=dict(settings),
        effects=effects(found),
        agents=called_agents(program, facts),
        prompts=called_prompts(program, facts),
    )


def effectful(value: Plan) -> frozenset[str]:
    """Return the commands, with their slash, that change environments."""
    known = value.program().definitions.items()
    return frozenset(f"/{name}" for name, one in known if one.definition.field("effect"))


def encode(value: Plan) -> bytes:
    """Return the plan as the JSON that ``.wf/plan.json`` holds."""
    return msgspec.json.format(msgspec.json.encode(value), indent=1)


def decode(data: bytes) -> Plan:
    """Return the plan that `encode` wrote.

    Raises:
        msgspec.ValidationError: if ``data`` is not a plan.
    """
    return msgspec.json.decode(data, type=Plan)
