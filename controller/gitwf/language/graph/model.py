"""A graph of a flow: nodes, the edges between them, and clusters of nodes within one another."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Shape(StrEnum):
    """What a node stands for."""

    START = "start"
    COMMAND = "command"
    BUILTIN = "builtin"
    STAGE = "stage"
    EFFECT = "effect"
    DROID = "droid"
    VALUE = "value"
    CONDITION = "condition"
    BARRIER = "barrier"
    STATE = "state"
    POINT = "point"
    """Where several edges meet that lead on to several nodes."""


class When(StrEnum):
    """When an edge is followed."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ENDED = "ended"
    """Succeeded or failed."""
    PIPE = "pipe"
    """While its source runs: the output is read by the target."""
    STARTED = "started"
    """At once: the target runs in the background."""
    JOINED = "joined"
    """When the background job has ended."""


class Kind(StrEnum):
    """What a cluster stands for."""

    DIRECTIVE = "directive"
    BACKGROUND = "background"
    HANDLER = "handler"


class State(StrEnum):
    """How a command stands in a run, worst first."""

    FAILED = "failed"
    TIMEOUT = "timeout"
    LOST = "lost"
    CANCELLED = "cancelled"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    RESTORED = "restored"
    NOT_RUN = "not run"


class Node(msgspec.Struct, frozen=True):
    """One step.

    ``note`` says more of it, in small; ``cluster`` is where it stands, or None; ``state`` is None
    in a picture of no run.
    """

    id: str
    shape: Shape
    text: str
    note: str | None = None
    cluster: str | None = None
    state: State | None = None


class Edge(msgspec.Struct, frozen=True):
    """From a node, or from all of a cluster that it stands in, to a node."""

    source: str
    target: str
    when: When = When.SUCCEEDED
    text: str = ""
    from_cluster: str | None = None


class Cluster(msgspec.Struct, frozen=True):
    """What a directive holds. ``parent`` is the cluster that it stands in, or None."""

    id: str
    kind: Kind
    text: str
    parent: str | None = None


class Graph(msgspec.Struct, frozen=True):
    """A picture of one workflow. A cluster stands behind its parent."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    clusters: tuple[Cluster, ...]
