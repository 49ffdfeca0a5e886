"""`git wf run`: one run, now: of HEAD in a workspace of its own, or of the working tree."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from gitwf.app.notices import deliver
from gitwf.app.owed import carrying_out
from gitwf.app.person import whoami
from gitwf.app.pods import reaping
from gitwf.app.pushing import pushing
from gitwf.app.session import Session, UsageError
from gitwf.app.validate import Findings
from gitwf.config.settings import Settings
from gitwf.data.herefacts import HereFacts
from gitwf.diagnostics import Source, has_errors, nearest
from gitwf.engine.replay.recorder import Listener
from gitwf.engine.request import Request
from gitwf.engine.unit.stop import Stop
from gitwf.language import tree
from gitwf.language.given import names_read, overwritten
from gitwf.reconcile.apply import Applier
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.configure import Configured, configure
from gitwf.reconcile.here import dead_here
from gitwf.reconcile.hold import hold, listed, needed_first, needs_approval, standing_at
from gitwf.reconcile.observe import HERE
from gitwf.reconcile.prepare import Prepared, prepare
from gitwf.reconcile.takeup import queue_up
from gitwf.records.fold import RunRecord
from gitwf.records.requests import APPROVE
from gitwf.repo.repository import Commit

NO_EFFECTS = "with `--here` a run changes no environment: add `--effects` to allow it"


class InvalidError(Exception):
    """The workflow has errors and was not run."""

    def __init__(self, findings: Findings) -> None:
        super().__init__("the workflow has errors")
        self.findings = findings


class RunOptions(msgspec.Struct, frozen=True):
    """How to run: of the working tree, with effects there, with values set (as JSON text).

    ``approve``: whoever runs it approves what needs that.
    """

    here: bool = False
    effects: bool = False
    approve: bool = False
    given: Mapping[str, str] = {}


class Prospect(msgspec.Struct, frozen=True):
    """A run that may begin, and what the user should know before it does.

    ``approved``: by whom, where it needs that, and ``held`` what it would wait for without.
    """

    request: Request
    configured: Configured
    warnings: Findings
    notice: str | None
    approved: str | None = None
    held: str = ""


def prospect(session: Session, clone: Clone, file: str, options: RunOptions) -> Prospect:
    """Return the run of ``file`` that ``options`` ask for.

    Raises:
        UsageError: if there is no commit, or no such file in it, or it cannot be laid out, or an environment
            is to wait.
        InvalidError: if the file has errors.
    """
    repository = clone.repository
    commit = repository.commit("HEAD")
    if commit is None:
        raise UsageError("there is no commit yet", "commit the workflow first")
    root = repository.work_tree
    path = path_in(session.directory, root, file)
    if options.here and root is None:
        raise UsageError("a bare repository has no working tree", "leave `--here` away")
    facts = HereFacts(root) if options.here and root else clone.facts(commit.id)
    data = facts.read(path)
    if data is None:
        raise UsageError(*_missing(path, root, here=options.here))
    configured = configure(facts)
    if not options.here and (obstacle := clone.obstacle(commit.id, configured.settings)):
        raise UsageError(obstacle.what, f"{obstacle.way}, or play the working tree with `--here`")
    prepared = prepare(path, facts, configured.settings, options.given)
    _refuse_useless(options.given, prepared)
    findings = _findings(prepared, configured)
    if prepared.plan is None or has_errors(findings.diagnostics):
        raise InvalidError(findings)
    notice = _refused_effects(prepared, options) if options.here else _differs(root, path, data)
    request = _request(clone, prepared, commit, options)
    if request.effects is not None:
        return Prospect(request, configured, findings, notice)
    held = held_back(clone, request, configured.settings, approve=options.approve)
    by = whoami(session) if held else None
    return Prospect(request, configured, findings, notice, by, held)


def play(clone: Clone, prospect: Prospect, stop: Stop, listener: Listener) -> RunRecord:
    """Play the run and return its record."""
    lose_dead(clone)
    if prospect.approved:
        begin_approved(clone, prospect.request, prospect.held, prospect.approved, listener)
    with reaping(clone), carrying_out(clone), pushing(clone, stop):
        record = clone.runner.play(prospect.request, prospect.configured.settings, stop, listener)
    deliver(clone)
    return record


def held_back(clone: Clone, request: Request, settings: Settings, *, approve: bool) -> str:
    """Return what ``request`` would wait for, were it not for who approves it now; or nothing.

    Raises:
        UsageError: if it needs approval that is not given, or another environment comes first.
    """
    changes, rules = request.plan.effects, settings.env
    first = needed_first(changes, rules)
    missing = sorted(set(first) - standing_at(clone, request.commit, first))
    if missing:
        message = f"{listed(missing)} must stand at {request.commit[:10]} first"
        raise UsageError(message, "deploy there, or change `after` in `wf.toml`")
    kept = needs_approval(changes, rules)
    if kept and not approve:
        message = f"this may change {listed(kept)}, which needs approval"
        raise UsageError(message, "`--approve` gives it")
    return hold(changes, rules, approved=False, standing=first)


def begin_approved(clone: Clone, request: Request, held: str, by: str, listener: Listener) -> None:
    """Record a run as one that waited for approval and got it: from ``by``, who plays it now."""
    listener(queue_up(clone.records, request, held))
    clone.records.requests.ask(request.id, APPROVE, by)


def _refuse_useless(given: Mapping[str, str], prepared: Prepared) -> None:
    """Refuse a value for a variable that the workflow does not have, or sets itself before it reads it."""
    file = prepared.program.file
    used = names_read(file)
    for name in given:
        if name not in used:
            meant = nearest(name, sorted(used))
            hint = f"did you mean `{meant}`?" if meant else "it would have no effect"
            raise UsageError(f"`{prepared.path}` uses no variable `{name}`", hint)
        if (assignment := overwritten(file, name)) is not None:
            source = prepared.program.sources[prepared.path]
            line, _ = source.position(assignment.span.start)
            raise UsageError(
                f"`--set {name}` would have no effect: line {line} of `{prepared.path}` sets `${name}`",
                _keeping(assignment, source),
            )


def _keeping(assignment: tree.Assignment, source: Source) -> str:
    """Return how to write an assignment so that it leaves alone what was given."""
    name, value = assignment.name, assignment.value
    if not isinstance(value, tree.Expression):
        return "leave it away"
    text = source.text[value.span.start : value.span.end]
    return f"write `${name} = ${name} ?? {text}`"


def lose_dead(clone: Clone) -> None:
    """End runs of the working tree whose process is gone, as the next pass of a controller would."""
    applier = Applier(clone, Stop(), lambda _: None)
    for lost in dead_here(clone):
        applier.lose(lost.run, lost.reason)


def _request(clone: Clone, prepared: Prepared, commit: Commit, options: RunOptions) -> Request:
    assert prepared.plan is not None  # noqa: S101  (the caller has looked)
    return Request(
        id=clone.records.new_run(),
        plan=prepared.plan,
        commit=commit.id,
        tree=commit.tree,
        branch=clone.repository.head_branch(),
        trigger=HERE if options.here else "manual",
        here=options.here,
        effects=NO_EFFECTS if options.here and not options.effects else None,
    )


def _findings(prepared: Prepared, configured: Configured) -> Findings:
    found = (*configured.diagnostics, *prepared.diagnostics)
    sources = {configured.source.path: configured.source, **prepared.sources}
    return Findings(found, sources, 1)


def path_in(directory: Path, root: Path | None, file: str) -> str:
    """Return the path of ``file``, as written in ``directory``, from the repository's ``root``.

    Raises:
        UsageError: if it leads out of the repository.
    """
    if root is None:
        return file
    full = (directory / file).resolve()
    if not full.is_relative_to(root.resolve()):
        raise UsageError(f"`{file}` is not in this repository", "name a file below its root")
    return full.relative_to(root.resolve()).as_posix()


def _missing(path: str, root: Path | None, *, here: bool) -> tuple[str, str]:
    if root is not None and (root / path).is_dir():
        return f"`{path}` is a folder", "name a workflow file in it"
    if here or root is None or not (root / path).exists():
        return f"there is no file `{path}`", "name a `.wf` file of this repository"
    return f"`{path}` is not in HEAD", "commit it, or run it as it is with `--here`"


def _refused_effects(prepared: Prepared, options: RunOptions) -> str | None:
    """Return a sentence where effects of the workflow will be refused."""
    if options.effects or prepared.plan is None or not prepared.plan.effects:
        return None
    names = ", ".join(f"`{env}`" for env in prepared.plan.effects)
    return f"effects on {names} will be refused: `--effects` allows them"


def _differs(root: Path | None, path: str, data: bytes) -> str | None:
    """Return a sentence where the file in the working tree is another than the one that runs."""
    if root is None:
        return None
    try:
        if (root / path).read_bytes() == data:
            return None
    except OSError:
        pass
    return f"`{path}` differs from HEAD: HEAD runs; `--here` runs the working tree"
