"""`git wf pods`: the pods that may cost money, what they cost, and their end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from gitwf.app.pods import kind_of
from gitwf.app.session import Session, UsageError
from gitwf.engine.clone.ownership import is_played

if TYPE_CHECKING:
    from gitwf.targets.runpod.account import Account
    from gitwf.targets.runpod.api.wire import Pod
    from gitwf.targets.runpod.fleet import Sight
    from gitwf.targets.runpod.lease import Lease

HERE, ELSEWHERE = "this clone", "another clone"


class PodView(msgspec.Struct, frozen=True, kw_only=True):
    """A pod as `git wf pods --json` prints it.

    ``state`` is where in its life it is; ``status`` is RunPod's word, None where it is not in the list.
    ``owner`` is ``this clone`` or ``another clone``. Money is in USD; ``cost`` is up to now, None where the ledger does not know the pod, ``ssh`` the
    command that leads into it.
    """

    name: str
    pod: str | None
    state: str
    status: str | None
    gpu: str
    count: int
    cloud: str
    data_center: str | None
    price_per_hour: float
    created: str | None
    cost: float | None
    run: str | None
    job: str | None
    owner: str
    ssh: str | None


class Ended(msgspec.Struct, frozen=True):
    """Pods that were ended, by name, and what went wrong with others."""

    ended: tuple[str, ...]
    problems: tuple[str, ...]


def pods(session: Session) -> list[PodView]:
    """Return the pods of this clone that may cost money, and those of other clones of this account.

    Raises OSError where RunPod cannot be asked, or there is no key.
    """
    return _seen(kind_of(session.repository(), session.environment).account)


def end_pods(session: Session, names: tuple[str, ...]) -> Ended:
    """End the pods that are named; without names, all of this clone whose runs nobody plays.

    Raises:
        UsageError: if there is no such pod.
        OSError: if RunPod cannot be asked, or there is no key.
    """
    from gitwf.targets.runpod.api.errors import ApiError
    from gitwf.targets.runpod.ending import Ender

    repository = session.repository()
    account = kind_of(repository, session.environment).account
    ender = Ender(account)
    ended: list[str] = []
    problems: list[str] = []
    for pod in _wanted(_seen(account), names):
        lease = account.ledger.read(pod.name)
        if not names and pod.run and is_played(repository.state_dir / "runs" / pod.run):
            continue
        try:
            if lease is not None and lease.may_cost:
                ender.end(lease, "was ended by hand", lambda one: one)
            elif pod.pod is not None:
                account.client.terminate(pod.pod)
            ended.append(pod.name)
        except ApiError as error:
            problems.append(f"pod `{pod.name}` could not be ended: {error}")
    return Ended(tuple(ended), tuple(problems))


def _wanted(known: list[PodView], names: tuple[str, ...]) -> Iterator[PodView]:
    if not names:
        yield from (one for one in known if one.owner == HERE)
    for name in names:
        found = next((one for one in known if name in {one.name, one.pod}), None)
        if found is None:
            raise UsageError(f"there is no pod `{name}` of git wf", "`git wf pods` lists them")
        yield found


def _seen(account: Account) -> list[PodView]:
    from gitwf.targets.runpod.account import OURS

    sight = account.fleet.fresh()
    there = {p.name: p for p in sight.pods if p.name.startswith(OURS) and p.status != "TERMINATED"}
    known = {lease.name: lease for lease in account.ledger.leases() if lease.may_cost}
    return [
        _ours(known[name], there.get(name), account, sight)
        if name in known
        else _stray(there[name], account)
        for name in sorted({*known, *there})
    ]


def _ours(lease: Lease, pod: Pod | None, account: Account, sight: Sight) -> PodView:
    """Return a pod that the ledger knows of."""
    from gitwf.targets.runpod.money import cents

    address, key = lease.address, account.ledger.place(lease.name) / "key"
    return PodView(
        name=lease.name,
        pod=lease.pod,
        state=lease.state.value,
        status=pod.status if pod else None,
        gpu=lease.offer.gpu,
        count=lease.offer.count,
        cloud=lease.offer.cloud,
        data_center=lease.data_center,
        price_per_hour=float(lease.cost if lease.cost is not None else lease.offer.price),
        created=lease.created.isoformat() if lease.created else None,
        cost=float(cents(lease.cost_until(sight.now))),
        run=lease.run,
        job=lease.job,
        owner=HERE,
        ssh=f"ssh -i {key} -p {address.port} {address.username}@{address.host}"
        if address
        else None,
    )


def _stray(pod: Pod, account: Account) -> PodView:
    """Return a pod that the ledger does not know of, or believes to be gone."""
    return PodView(
        name=pod.name,
        pod=pod.id,
        state="unknown",
        status=pod.status,
        gpu=pod.gpu.id if pod.gpu else "",
        count=pod.gpu.count if pod.gpu else 0,
        cloud=pod.cloud,
        data_center=pod.data_center_id,
        price_per_hour=float(pod.cost),
        created=pod.created_at.isoformat(),
        cost=None,
        run=None,
        job=None,
        owner=HERE if pod.name.startswith(account.prefix) else ELSEWHERE,
        ssh=None,
    )
