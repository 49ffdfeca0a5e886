"""`git wf plan`: what a commit would have run, restored and deployed, and why. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec
from msgspec import structs

from gitwf.app.blame import Blame, Cause
from gitwf.app.foresight import PlannedStep, Seer
from gitwf.app.left import elsewhere
from gitwf.app.podprices import PlannedPod, planned_pods
from gitwf.app.pods import kind_of
from gitwf.app.run import path_in
from gitwf.app.session import Session, UsageError
from gitwf.app.shared import shared, watched_by
from gitwf.app.trusting import judge_of
from gitwf.language import tree
from gitwf.language.program import Program
from gitwf.plan.change import changed_inputs
from gitwf.plan.key import Input
from gitwf.plan.plan import Plan, decode
from gitwf.reconcile.actions import Refuse, Start
from gitwf.reconcile.branches import Branches
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.decide import decide_workflow
from gitwf.reconcile.desired import Asked, prepared_at
from gitwf.reconcile.known import Desired, Head, Observed
from gitwf.reconcile.observe import known_runs, observe
from gitwf.reconcile.outline import first_error
from gitwf.reconcile.prepare import Prepared
from gitwf.reconcile.standing import settling
from gitwf.records.environments import Deployment
from gitwf.records.fold import RunRecord


class PlannedChange(msgspec.Struct, frozen=True):
    """An environment that a run may change, and what it stands at now, if anything."""

    env: str
    run: str | None = None
    commit: str | None = None
    workflow: str | None = None


class WorkflowPlan(msgspec.Struct, frozen=True):
    """What would become of one workflow.

    ``verdict`` is ``run``, ``wait`` (a run that waits before it begins), ``fail`` (a run of which a step is known to
    fail), ``none``, ``refused`` or ``busy`` (a
    run of it goes on); ``reason`` says why. ``since`` is what it is compared with: a run, or a commit.
    ``causes`` are what differs of its key, ``inputs`` all that is in it. ``pods`` are what would be rented.
    """

    workflow: str
    verdict: str
    reason: str
    key: str | None = None
    since: str | None = None
    causes: tuple[Cause, ...] = ()
    inputs: tuple[Input, ...] = ()
    steps: tuple[PlannedStep, ...] = ()
    envs: tuple[PlannedChange, ...] = ()
    pods: tuple[PlannedPod, ...] = ()


class Outlook(msgspec.Struct, frozen=True):
    """What ``commit`` would ask for as the head of ``branch``; ``base`` is what a range begins at.

    ``watched``: what that branch asks for is done.
    """

    commit: str
    branch: str
    base: str | None
    workflows: tuple[WorkflowPlan, ...]
    watched: bool = True

    @property
    def is_good(self) -> bool:
        """Whether no workflow would be refused, and none is known to fail."""
        return not any(each.verdict in {"refused", "fail"} for each in self.workflows)


def plan(session: Session, file: str | None, span: str | None, branch: str | None) -> Outlook:
    """Return what the commit or range ``span`` (HEAD) would ask for as the head of ``branch``.

    Without one that is the branch that HEAD is on; where it is on none, the one that is watched, if it is
    one. ``file`` limits it to one workflow, which may be one that no commit asks for.

    Raises:
        UsageError: if there is no such commit or file, or no branch to plan for.
    """
    clone = session.clone()
    base, commit = _resolved(clone, span or "HEAD")
    branches = watched_by(clone, shared(clone))
    head = branch or clone.repository.head_branch() or _only(branches)
    path = path_in(session.directory, clone.repository.work_tree, file) if file else None
    found = _Planner(clone, head, base, commit).outlook(path)
    return structs.replace(found, watched=not branches.globs() or branches.has(head))


def _only(branches: Branches) -> str:
    """Return the one branch that is watched."""
    watched = branches.watched()
    if len(watched) != 1:
        raise UsageError("HEAD is detached", "name the branch with `--branch`")
    return next(iter(watched))


def _resolved(clone: Clone, span: str) -> tuple[str | None, str]:
    """Return the base, if ``span`` is a range, and the commit."""
    old, dots, new = span.partition("..")
    commit = _commit(clone, (new.removeprefix(".") or "HEAD") if dots else span)
    if not dots:
        return None, commit
    base = _commit(clone, old or "HEAD")
    return (clone.repository.merge_base(base, commit) or base), commit


def _commit(clone: Clone, rev: str) -> str:
    found = clone.repository.resolve(rev)
    if found is None:
        hint = "commit something first" if rev == "HEAD" else "`git log` lists commits"
        raise UsageError(f"there is no commit `{rev}`", hint)
    return found


class _Planner:
    """Plans one commit."""

    def __init__(self, clone: Clone, branch: str, base: str | None, commit: str) -> None:
        self._clone = clone
        self._branch = branch
        self._base = base
        self._commit = commit
        self._facts = clone.facts(commit)
        self._seer = Seer(clone.repository, clone.records, self._facts, commit)
        self._standing = clone.records.environments.all()
        self._runs = [r for r in known_runs(clone) if r.branch == branch and r.started]

    def outlook(self, only: str | None) -> Outlook:
        """Return what the commit asks for, of the workflow at ``only`` if given."""
        want = judge_of(self._clone).asked(self._branch, self._commit)
        seen = observe(self._clone, want.head, want.settings)
        chosen = (only,) if only is not None else (w.workflow for w in want.head.workflows)
        plans = tuple(self._workflow(self._prepared(path), want, seen) for path in chosen)
        return Outlook(self._commit, self._branch, self._base, plans)

    def _prepared(self, path: str) -> Prepared:
        if not self._facts.is_file(path):
            message = f"there is no file `{path}` in {self._commit[:10]}"
            raise UsageError(message, "commit it, or name another with `--commit`")
        return prepared_at(self._clone, self._commit, path)

    def _workflow(self, prepared: Prepared, want: Asked, seen: Observed) -> WorkflowPlan:
        wants = {w.workflow: w for w in want.head.workflows}
        verdict, reason = _verdict(prepared, wants.get(prepared.path), want, seen)
        if prepared.plan is None:
            return WorkflowPlan(prepared.path, verdict, reason)
        since, before = self._before(prepared.path)
        causes = tuple(self._causes(before, prepared.plan)) if before else ()
        steps = tuple(self._seer.steps(prepared.program))
        if verdict in {"run", "wait"} and (failing := _certain_failure(steps, prepared.program)):
            verdict, reason = "fail", f"{failing.command}: {failing.reason}"
        kind = kind_of(self._clone.repository, self._clone.environment)
        return WorkflowPlan(
            prepared.path,
            verdict,
            reason,
            prepared.plan.key,
            since,
            causes,
            prepared.plan.inputs,
            steps,
            tuple(_change(env, self._standing) for env in prepared.plan.effects),
            planned_pods(steps, kind, want.settings.target),
        )

    def _before(self, path: str) -> tuple[str | None, tuple[str, Plan] | None]:
        """Return what a workflow is compared with, by name, and the commit and plan of that."""
        if self._base is not None:
            if not self._clone.facts(self._base).is_file(path):
                return self._base, None
            old = prepared_at(self._clone, self._base, path).plan
            return self._base, (self._base, old) if old else None
        run = next((r for r in self._runs if r.workflow == path), None)
        if run is None:
            return None, None
        old = _plan_of(self._clone, run)
        return run.run, (run.commit, old) if old else None

    def _causes(self, before: tuple[str, Plan], now: Plan) -> Iterator[Cause]:
        commit, old = before
        blame = Blame(self._clone.repository, commit, self._commit)
        for change in changed_inputs(old.inputs, now.inputs):
            yield blame.cause(change)


def _verdict(
    prepared: Prepared, want: Desired | None, asked: Asked, seen: Observed
) -> tuple[str, str]:
    """Return what would be done with a workflow, and why."""
    if want is None and prepared.plan is None:
        return "refused", first_error(prepared.diagnostics, prepared.sources)
    if want is None:
        return "none", f"no commit asks for it: `git wf run {prepared.path}` plays it"
    match decide_workflow(asked.head, want, seen):
        case Start(waits=waits, trigger=trigger) if waits:
            return "wait", f"a {trigger} asks for it; it waits for {waits}"
        case Start(trigger=trigger):
            return "run", f"a {trigger} asks for it"
        case Refuse(reason=reason):
            return "refused", reason
        case str(reason) if want.key is None:
            return "refused", want.problem or reason
        case str(reason):
            return "none", f"{reason}{_again(asked.head, want, seen)}"
        case _:
            resume = f"it is suspended: `git wf resume {want.workflow}` has it start"
            return _busy(want.workflow, seen) or ("none", resume)


def _again(head: Head, want: Desired, seen: Observed) -> str:
    """Return how to have played again what came to no good end."""
    run = settling(head, want, seen) if want.asks else None
    if run is None or run.status == "succeeded":
        return ""
    return f"; `git wf retry {run.run}` plays it again"


def _certain_failure(steps: Iterable[PlannedStep], program: Program) -> PlannedStep | None:
    """Return the first step that fails the run for certain, or None."""
    if _may_forgive(program):
        return None
    return next((step for step in steps if step.does == "fails" and not step.perhaps), None)


def _may_forgive(program: Program) -> bool:
    """Return whether a run of ``program`` may succeed though a step of it failed."""
    return (
        bool(program.own(tree.Try))
        or any(chain.operator == "||" for chain in program.own(tree.Chain))
        or any(len(line.items) > 1 for line in program.own(tree.Line))
        or any(option.key == "fail" for option in program.own(tree.Option))
        or any(item.background for item in program.own(tree.Item))
    )


def _busy(workflow: str, seen: Observed) -> tuple[str, str] | None:
    """Return which run of a workflow has not ended, or None."""
    run = next((r for r in seen.runs if r.workflow == workflow and not r.is_over), None)
    if run is None:
        return None
    where = "" if run.mine else f" in another clone, {elsewhere(run.silence, run.patience)}"
    return "busy", f"run {run.run} of {run.commit[:10]} has not ended{where}"


def _change(env: str, standing: Mapping[str, Deployment]) -> PlannedChange:
    now = standing.get(env)
    return PlannedChange(env, now.run, now.commit, now.workflow) if now else PlannedChange(env)


def _plan_of(clone: Clone, record: RunRecord) -> Plan | None:
    try:
        return decode(clone.records.runs.plan(record.run) or b"")
    except msgspec.DecodeError:
        return None
