"""Variables along the flow: WF201, used and on no path set before; WF502, a secret as a value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from gitwf.diagnostics import Diagnostic, nearest
from gitwf.language import builtins, tree
from gitwf.language.check.scene import Scene
from gitwf.language.check.secrets import as_value
from gitwf.language.habits import CONSTANTS
from gitwf.language.reads import reads
from gitwf.language.secret import is_secret
from gitwf.language.walk import children


def check_variables(scene: Scene) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each variable of the file that cannot be set where it is used."""
    reader = _Reader(scene)
    start = _Scope(builtins.EVERYWHERE | scene.surroundings.variables)
    reader.block(scene.program.file.block, start)
    return iter(reader.found)


class _Scope(msgspec.Struct, frozen=True):
    """What may be set at a place: on some path, which is enough to be silent.

    ``pending``: set by background jobs that nothing has joined yet. ``anything``: a `state:load`
    has come by, after which every name may be set.
    """

    names: frozenset[str]
    pending: frozenset[str] = frozenset()
    anything: bool = False

    def with_names(self, *names: str) -> _Scope:
        return msgspec.structs.replace(self, names=self.names.union(names))

    def without(self, *names: str) -> _Scope:
        return msgspec.structs.replace(self, names=self.names.difference(names))

    def joined(self) -> _Scope:
        return _Scope(self.names | self.pending, frozenset(), self.anything)

    def __or__(self, other: _Scope) -> _Scope:
        return _Scope(
            self.names | other.names,
            self.pending | other.pending,
            self.anything or other.anything,
        )


class _Reader:
    """Goes through a file in the order in which it runs, and gives each place its scope."""

    def __init__(self, scene: Scene) -> None:
        self.found: list[Diagnostic] = []
        self._path = scene.path
        self._text = scene.program.sources[self._path].text
        self._secrets = scene.surroundings.secrets
        self._first_set: dict[str, int] = {}
        for name, end in _assigned(scene):
            self._first_set[name] = min(end, self._first_set.get(name, end))

    # -- statements ----------------------------------------------------------------------------

    def block(self, block: tree.Block, scope: _Scope) -> _Scope:
        """Read a block, then its handlers, and return what may be set behind it."""
        inner = msgspec.structs.replace(scope, pending=frozenset())
        handlers: list[tree.Handler] = []
        for item in (item for line in block.lines for item in line.items):
            if isinstance(item.statement, tree.Handler):
                handlers.append(item.statement)
            else:
                inner = self._item(item, inner)
        inner = inner.joined()
        for handler in handlers:
            given = [] if handler.kind == "on_success" else ["error"]
            inner |= self._flow(handler.flow, inner.with_names(*given)).without(*given)
        return msgspec.structs.replace(inner, pending=scope.pending)

    def _item(self, item: tree.Item, scope: _Scope) -> _Scope:
        after = self._statement(item.statement, scope)
        if not item.background:
            return after
        return _Scope(
            scope.names,
            scope.pending | after.pending | (after.names - scope.names),
            scope.anything or after.anything,
        )

    def _statement(self, statement: tree.Statement, scope: _Scope) -> _Scope:
        match statement:
            case tree.Assignment(name=name, value=value):
                if isinstance(value, tree.Expression):
                    self._use([value], scope)
                    return scope.with_names(name)
                return self._flow(value, scope).with_names(name)
            case tree.Use() | tree.Definition() | tree.Handler():
                return scope
            case tree.Trigger():
                self._use([statement], scope)
                return scope
            case _:
                return self._flow(statement, scope)

    # -- flows ---------------------------------------------------------------------------------

    def _flow(self, flow: tree.Flow, scope: _Scope) -> _Scope:
        match flow:
            case tree.Command() | tree.Droid():
                self._use([flow], scope)
                return scope
            case tree.Group(body=body):
                return self.block(body, scope)
            case tree.Redirected():
                return self._redirected(flow, scope)
            case tree.Chain(left=left, right=right):
                return self._flow(right, self._flow(left, scope))
            case tree.Pipeline(parts=parts):
                return self._parallel(parts, scope)
            case _:
                return self._directive(flow, scope)

    def _redirected(self, flow: tree.Redirected, scope: _Scope) -> _Scope:
        scope = self._flow(flow.unit, scope)
        self._use((r.path for r in flow.redirects if r.path), scope)
        return scope.with_names(*(r.variable for r in flow.redirects if r.variable))

    def _parallel(self, flows: Iterable[tree.Flow], scope: _Scope) -> _Scope:
        """Read flows that all begin with ``scope``; what any of them sets may be set behind."""
        behind = scope
        for flow in flows:
            behind |= self._flow(flow, scope)
        return behind

    def _directive(self, flow: tree.Flow, scope: _Scope) -> _Scope:
        match flow:
            case tree.If(condition=condition, then=then, otherwise=otherwise):
                self._use([condition], scope)
                return self._parallel(filter(None, (then, otherwise)), scope)
            case tree.Case(subject=subject, branches=branches):
                self._use([subject], scope)
                return self._parallel((branch.flow for branch in branches), scope)
            case tree.Retry(arm=arm) | tree.Timeout(arm=arm) | tree.Target(arm=arm):
                self._use((child for child in children(flow) if child is not arm), scope)
                return self._flow(arm, scope)
            case tree.Fork():
                return self._fork(flow, scope)
            case tree.Sweep(axes=axes, options=options, arm=arm):
                self._use([*axes, *options], scope)
                self._flow(arm, scope.with_names("index", *(axis.name for axis in axes)))
                return scope
            case tree.Barrier():
                return self._barrier(flow, scope)
            case tree.State(action=action, path=path):
                self._use([path], scope)
                loads = action == "load"
                return msgspec.structs.replace(scope, anything=scope.anything or loads)
            case tree.Context(names=names, arm=arm):
                given = {"context", *(name.name for name in names)} - scope.names
                return self._flow(arm, scope.with_names(*given)).without(*given)
            case tree.Try():
                return self._try(flow, scope)
            case _:
                return scope

    def _fork(self, flow: tree.Fork, scope: _Scope) -> _Scope:
        self._use([flow.count, *flow.options], scope)
        behind = self._parallel(flow.branches, scope.with_names("index"))
        copies = len(flow.branches) == 1
        return scope if copies else behind.without(*({"index"} - scope.names))

    def _barrier(self, flow: tree.Barrier, scope: _Scope) -> _Scope:
        self._use(flow.options, scope)
        scope = scope.joined().with_names("all_results_ready")
        if flow.condition:
            self._use([flow.condition], scope)
        return self._flow(flow.arm, scope) if flow.arm else scope

    def _try(self, flow: tree.Try, scope: _Scope) -> _Scope:
        given = {"error"} - scope.names
        behind = self._flow(flow.body, scope)
        if flow.catch:
            behind |= self._flow(flow.catch, behind.with_names("error"))
        if flow.final:
            behind |= self._flow(flow.final, behind.with_names("error"))
        return behind.without(*given)

    # -- uses ----------------------------------------------------------------------------------

    def _use(self, nodes: Iterable[tree.Node], scope: _Scope) -> None:
        if scope.anything:
            return
        for name in (name for node in nodes for name in reads(node)):
            if name.name not in scope.names:
                self.found.append(self._unset(name, scope))

    def _unset(self, name: tree.Name, scope: _Scope) -> Diagnostic:
        if is_secret(name.name, self._secrets):
            return as_value(name, self._path)
        message = f"`${name.name}` is never set"
        if name.name in self._first_set:
            late = self._first_set[name.name] > name.span.start
            message = f"`${name.name}` is {'used before it is set' if late else 'not set here'}"
        return Diagnostic("WF201", message, self._path, name.span, self._hint(name, scope))

    def _hint(self, name: tree.Name, scope: _Scope) -> str | None:
        if name.name in scope.pending:
            return "a background job sets it: put a `barrier` before this"
        if about := builtins.VARIABLES.get(name.name):
            return f"it is {about}"
        if name.name in self._first_set:
            beside = self._first_set[name.name] <= name.span.start
            return "what sets it runs beside this, or keeps it to itself" if beside else None
        if close := nearest(name.name, sorted(scope.names)):
            return f"did you mean `${close}`?"
        if constant := CONSTANTS.get(name.name.lower()):
            return f"write `{constant}`"
        if self._text.endswith(" /", 0, name.span.start):
            return f"an arrow stands before a command: `→ /{name.name}`"
        if self._is_bare(name):
            return f'a string stands in quotes: `"{name.name}"`'
        if name.name.isupper():
            return f'`env("{name.name}")` reads it from the environment'
        return None

    def _is_bare(self, name: tree.Name) -> bool:
        """Return whether ``name`` stands in an expression without its ``$``, as a word would."""
        start = name.span.start
        return not self._text.startswith("$", start) and not self._text.endswith("{", 0, start)


def _assigned(scene: Scene) -> Iterator[tuple[str, int]]:
    """Yield each name that the file sets, and where that has been done."""
    for assignment in scene.own(tree.Assignment):
        yield assignment.name, assignment.span.end
    for redirect in scene.own(tree.Redirect):
        if redirect.variable:
            yield redirect.variable, redirect.span.end
