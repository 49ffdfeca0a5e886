"""`git wf rollback`: a commit that asks for what an environment stood at before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from gitwf.app.history import find
from gitwf.app.session import Session, UsageError
from gitwf.plan.change import Change as Difference
from gitwf.plan.change import changed_inputs
from gitwf.plan.plan import Plan, decode
from gitwf.plan.rollback import paths_behind
from gitwf.reconcile.clone import Clone
from gitwf.reconcile.desired import prepared_at
from gitwf.records.environments import Deployment
from gitwf.repo import person
from gitwf.repo.commits import Change, Draft, Link
from gitwf.repo.refs import RefUpdate
from gitwf.repo.repository import Repository

_HEADS = "refs/heads/"


class RolledBack(msgspec.Struct, frozen=True):
    """The commit that was made on ``branch``, for ``env`` to stand at ``run`` again.

    ``files`` are those that it sets back; ``switched``: it is on a branch of its own.
    """

    commit: str
    branch: str
    env: str
    run: str
    files: tuple[str, ...]
    switched: bool


def rollback(session: Session, env: str, to: str | None, branch: str | None) -> RolledBack:
    """Make the commit that asks for what ``env`` stood at in the run ``to``, or before.

    It goes onto the branch that governs ``env`` and has to be checked out; or onto a new ``branch``, which
    leaves the working tree alone.

    Raises:
        UsageError: if it cannot be made; the message says why. Nothing is changed then.
    """
    clone = session.clone()
    current, target = _target(clone, env, to)
    old = _plan_of(clone, target)
    base_branch = _governing(clone, env, current, apart=branch is not None)
    base = _head_of(clone.repository, base_branch)
    if branch is None:
        _refuse_dirty(clone.repository)
    elif clone.repository.refs.read(_HEADS + branch) is not None:
        raise UsageError(f"there is a branch `{branch}` already", "name another one")
    differences = _differences(clone, old, base)
    if not differences:
        message = f"`{base_branch}` asks for what run `{target.run}` did already"
        raise UsageError(message, "`git wf reconcile` deploys it, `git wf why` says why not")
    changes = _changes(clone.repository, target.commit, base, differences)
    commit = _commit(clone, base, changes, _message(env, target, changes))
    _refuse_another_key(clone, commit, target, old)
    if branch is None:
        person.advance(clone.repository, commit)
    else:
        clone.repository.refs.swap([RefUpdate(_HEADS + branch, commit, None)])
    files = tuple(sorted(changes))
    return RolledBack(commit, branch or base_branch, env, target.run, files, branch is not None)


def _target(clone: Clone, env: str, to: str | None) -> tuple[Deployment, Deployment]:
    """Return what ``env`` stands at, and the deployment to go back to."""
    records = clone.records
    history = records.environments.history(env)
    if not history:
        known = ", ".join(f"`{name}`" for name in records.environments.names())
        raise UsageError(f"nothing was ever deployed to `{env}`", known and f"there is {known}")
    current = history[0]
    if to is None:
        before = next((made for made in history if made.key != current.key), None)
        if before is None:
            message = f"`{env}` never stood at anything but what run `{current.run}` deployed"
            raise UsageError(message, "there is nothing to go back to")
        return current, before
    run = find(clone.repository, records, to)
    if run == current.run:
        raise UsageError(f"`{env}` stands at run `{run}` already")
    found = next((made for made in history if made.run == run), None)
    if found is None:
        hint = f"`git wf log --env {env}` lists those that did"
        raise UsageError(f"run `{run}` never deployed to `{env}`", hint)
    return current, found


def _plan_of(clone: Clone, target: Deployment) -> Plan:
    """Return the plan of the run to go back to, whose commit must be here."""
    if clone.repository.commit(target.commit) is None:
        raise UsageError(f"the commit {target.commit[:10]} is not here", "`git fetch --unshallow`")
    plan = decode(clone.records.runs.plan(target.run) or b"")
    if plan.settings:
        given = " ".join(f"--set {name}={value}" for name, value in plan.settings.items())
        message = f"run `{target.run}` was given `{given}`, which no commit can say"
        raise UsageError(message, f"`git wf run {plan.workflow} {given}` at {target.commit[:10]}")
    return plan


def _governing(clone: Clone, env: str, current: Deployment, *, apart: bool) -> str:
    """Return the branch that governs ``env``; unless the commit goes ``apart`` HEAD must be on it."""
    head = clone.repository.head_branch()
    governing = current.branch or head
    if governing is None:
        raise UsageError("HEAD is on no branch", "`git switch` to the one that is deployed")
    if not apart and head != governing:
        where = f"HEAD is on `{head}`" if head else "HEAD is detached"
        hint = f"`git switch {governing}`, or have the commit on a new branch: `--branch NAME`"
        raise UsageError(f"`{env}` is deployed from `{governing}`, and {where}", hint)
    return governing


def _head_of(repository: Repository, branch: str) -> str:
    found = repository.resolve(_HEADS + branch) or repository.resolve(
        f"refs/remotes/origin/{branch}"
    )
    if found is None:
        raise UsageError(f"there is no branch `{branch}` here", "`git fetch` it")
    return found


def _refuse_dirty(repository: Repository) -> None:
    if repository.work_tree is None:
        raise UsageError("a bare repository has no working tree", "`--branch NAME` needs none")
    if not person.is_clean(repository):
        hint = "commit or stash it, or have the commit on a new branch: `--branch NAME`"
        raise UsageError("the working tree has changes that are not committed", hint)


def _differences(clone: Clone, old: Plan, base: str) -> list[Difference]:
    """Return in what the workflow at ``base`` differs from that of the run to go back to."""
    if not clone.facts(base).is_file(old.workflow):
        return list(changed_inputs((), old.inputs))
    now = prepared_at(clone, base, old.workflow).plan
    return list(changed_inputs(now.inputs if now else (), old.inputs))


def _changes(
    repository: Repository, commit: str, base: str, differences: Iterable[Difference]
) -> dict[str, Change]:
    """Return what has to be changed in ``base`` so that these files are as in ``commit``."""
    changes: dict[str, Change] = {}
    for path in sorted(paths_behind(differences)):
        then, now = repository.objects.list(commit, path), repository.objects.list(base, path)
        changes |= dict.fromkeys(now.keys() - then.keys())
        changes |= {name: Link(e.id, e.mode) for name, e in then.items() if now.get(name) != e}
    return changes


def _commit(clone: Clone, base: str, changes: Mapping[str, Change], message: str) -> str:
    repository = clone.repository
    found = repository.commit(base)
    tree = found.tree if found else None
    draft = Draft(tree, changes, [base], message, clone.records.clock.now(), role=None)
    [made] = repository.commits.write([draft])
    drafted = repository.commit(made)
    return person.commit(repository, drafted.tree if drafted else "", base, message)


def _message(env: str, target: Deployment, changes: Iterable[str]) -> str:
    files = "".join(f"  {name}\n" for name in sorted(changes))
    head = f"Roll {env} back to run {target.run}"
    what = f"Sets back, as they were at {target.commit[:10]}:\n\n{files}"
    return f"{head}\n\n{what}\nRun: {target.run}\n"


def _refuse_another_key(clone: Clone, commit: str, target: Deployment, old: Plan) -> None:
    """Refuse a commit that would ask for something else than the run did."""
    now = prepared_at(clone, commit, old.workflow)
    if now.plan is not None and now.plan.key == target.key:
        return
    if now.plan is None:
        why = next((d.message for d in now.diagnostics), "it has errors")
    else:
        names = {d.name for d in changed_inputs(now.plan.inputs, old.inputs)}
        why = f"{', '.join(f'`{name}`' for name in sorted(names))} would differ still"
    message = f"setting files back does not give what run `{target.run}` did: {why}"
    raise UsageError(message, f"revert by hand: `git diff {target.commit[:10]}` shows how")


def shown(repository: Repository, made: RolledBack) -> str:
    """Return the commit as `git show --stat` has it."""
    words = ("show", "--stat", "--no-ext-diff", "--no-textconv", "--format=commit %H%n%n%B")
    return repository.git.run(*words, made.commit).decode(errors="replace").rstrip()
