"""`/v2/pods`."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import cast

import msgspec
from tests.emulator import asking, pods
from tests.emulator.api.call import Call, Reply
from tests.emulator.api.podview import view
from tests.emulator.asking import Asked
from tests.emulator.dialect import PAGE
from tests.emulator.document import Json
from tests.emulator.placing import place
from tests.emulator.pods import Gpus, Pod
from tests.emulator.problem import HOST_FULL, NO_BALANCE, ProblemError, not_found


def list_pods(call: Call) -> Reply:
    """Answer `GET /v2/pods`: on one page as published, on several as the live service."""
    shown = [_view(call, pod) for pod in call.world.listed()]
    if call.dialect == "published":
        return Reply({"pods": shown})
    cursor = str(call.query.get("cursor", "0"))
    if not cursor.isdecimal():
        raise ProblemError(400, "invalid cursor")
    begin = int(cursor)
    more = begin + PAGE < len(shown)
    pagination = {"nextCursor": str(begin + PAGE) if more else None, "hasNextPage": more}
    return Reply({"pods": shown[begin : begin + PAGE], "pagination": pagination})


def get_pod(call: Call) -> Reply:
    """Answer `GET /v2/pods/{id}`."""
    return Reply(_view(call, _found(call)))


def create_pod(call: Call) -> Reply:
    """Answer `POST /v2/pods`."""
    asked = asking.read(call.fields, call.world.catalogue)
    only = _volume_place(call, asked)
    placement = place(asked, call.world.market(asked.name), only)
    if call.world.balance() < placement.rate + call.world.hourly():
        raise ProblemError(402, NO_BALANCE)
    return Reply(_view(call, call.world.create(asked, placement)), 201)


def update_pod(call: Call) -> Reply:
    """Answer `PATCH /v2/pods/{id}`; a running pod starts over with what is new of its container."""
    pod, body = _found(call), _with_template(call)
    _check_mounts(pod, cast("Json", body.get("mounts", {})))
    changed = msgspec.structs.replace(
        pod,
        name=str(body.get("name", pod.name)),
        settings=asking.settings(
            {k: v for k, v in body.items() if k != "mounts" or v}, pod.settings
        ),
        locked=bool(body.get("locked", pod.locked)),
        global_networking=bool(body.get("globalNetworking", pod.global_networking)),
    )
    if pod.status == "RUNNING" and changed.settings != pod.settings:
        if pod.locked:
            raise ProblemError(409, "pod is locked")
        changed = pods.reset(changed, call.now, call.world.ports.take)
    return Reply(_view(call, call.world.put(changed, call.now, "update pod")))


def delete_pod(call: Call) -> Reply:
    """Answer `DELETE /v2/pods/{id}`."""
    pod = _found(call)
    if pod.status == "TERMINATED":
        raise not_found("pod")
    return _terminate(call, pod)


def act(call: Call) -> Reply:
    """Answer `POST /v2/pods/{id}/action`."""
    pod, action = _found(call), str(call.fields["action"])
    if action not in pod.actions:
        raise ProblemError(409, f"action {action} is not valid for a pod that is {pod.status}")
    if pod.locked and action in {"stop", "restart"}:
        raise ProblemError(409, "pod is locked")
    if action == "terminate":
        return _terminate(call, pod)
    changed = _ACTIONS[action](call, pod)
    return Reply(_view(call, call.world.put(changed, call.now, f"{action} pod")))


def _terminate(call: Call, pod: Pod) -> Reply:
    call.world.put(pods.end(pod, "TERMINATED", call.now), call.now, "terminate pod")
    return Reply(status=204)


def _start(call: Call, pod: Pod) -> Pod:
    """Boot on the host that it was on, if there are GPUs left."""
    if isinstance(pod.compute, Gpus) and not pod.fate.zero_gpus and not _fits_again(call, pod):
        raise ProblemError(400, HOST_FULL)
    if call.world.balance() < Fraction(pod.rate):
        raise ProblemError(402, NO_BALANCE)
    return pods.start(pod, call.now, call.world.ports.take)


def _fits_again(call: Call, pod: Pod) -> bool:
    gpu = call.world.catalogue.gpu(pod.compute.id)
    assert gpu is not None
    if pod.fate.host_full:
        return False
    if pod.alive:  # ERROR: it still has its machine
        return True
    have = gpu.stock[pod.cloud].get(pod.data_center, 0)
    used = call.world.in_use(pod.compute.id, pod.cloud, pod.data_center)
    return have - used >= cast("Gpus", pod.compute).count


def _stop(call: Call, pod: Pod) -> Pod:
    return pods.end(pod, "EXITED", call.now)


def _restart(call: Call, pod: Pod) -> Pod:
    return pods.restart(pod, call.now)


_ACTIONS: dict[str, Callable[[Call, Pod], Pod]] = {
    "start": _start,
    "stop": _stop,
    "restart": _restart,
}


def _found(call: Call) -> Pod:
    pod = call.world.found(call.id)
    if pod is None:
        raise not_found("pod")
    return pod


def _view(call: Call, pod: Pod) -> Json:
    return view(pod, call.now, call.world.host)


def _volume_place(call: Call, asked: Asked) -> str | None:
    """The data centre that a network volume binds the pod to."""
    name = asked.settings.network_volume
    if name is None:
        return None
    volume = call.world.account.volumes.get(name)
    if volume is None:
        raise ProblemError(400, f"network volume {name} not found")
    return volume.data_center


def _with_template(call: Call) -> Json:
    """The body over its template, whose mounts do not count in an update."""
    name = call.fields.get("templateId")
    if name is None:
        return call.fields
    template = call.world.catalogue.templates.get(str(name))
    if template is None:
        raise not_found("template")
    env = {**cast("Json", template["env"]), **cast("Json", call.fields.get("env", {}))}
    return {k: v for k, v in template.items() if k != "mounts"} | call.fields | {"env": env}


def _check_mounts(pod: Pod, mounts: Json) -> None:
    """Refuse what an update may not do to mounts."""
    if mounts.get("network") == []:
        raise ProblemError(400, "clearing mounts is not supported")
    if unknown := mounts.keys() - pod.settings.mounts.keys():
        raise ProblemError(400, f"mounts.{min(unknown)} was not set when the pod was created")
    for new in cast("list[Json]", mounts.get("network", [])):
        if new["volumeId"] != pod.settings.network_volume:
            raise ProblemError(400, "mounts.network[0].volumeId cannot be changed")
    persistent = cast("dict[str, int]", mounts.get("persistent", {}))
    if persistent and persistent["size"] < pod.settings.persistent:
        raise ProblemError(400, "mounts.persistent.size cannot be reduced")
