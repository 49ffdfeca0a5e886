"""`/v2/network-volumes`."""

from __future__ import annotations

from typing import cast

import msgspec
from tests.emulator.account import Volume
from tests.emulator.api.call import Call, Reply
from tests.emulator.document import Json
from tests.emulator.problem import ProblemError, not_found


def list_volumes(call: Call) -> Reply:
    """Answer `GET /v2/network-volumes`."""
    return Reply(
        {"networkVolumes": [_view(volume) for volume in call.world.account.volumes.values()]}
    )


def get_volume(call: Call) -> Reply:
    """Answer `GET /v2/network-volumes/{id}`."""
    return Reply(_view(_found(call)))


def create_volume(call: Call) -> Reply:
    """Answer `POST /v2/network-volumes`; the tier is the data centre's first unless the request says."""
    body = call.fields
    place = call.world.catalogue.data_center(str(body["dataCenter"]))
    if place is None or not place.volumes:
        raise ProblemError(400, f"data center {body['dataCenter']} has no network volumes")
    kind = str(body.get("type", place.volumes[0]))
    if kind not in place.volumes:
        raise ProblemError(400, f"data center {place.id} has no {kind} network volumes")
    size = cast("int", body["size"])
    volume = Volume(call.world.new_id(10), str(body["name"]), size, place.id, kind)
    call.world.account.keep(volume, call.now)
    return Reply(_view(volume), 201)


def update_volume(call: Call) -> Reply:
    """Answer `PATCH /v2/network-volumes/{id}`: a volume may grow, and never shrink."""
    volume, body = _found(call), call.fields
    size = cast("int", body.get("size", volume.size))
    if size < volume.size:
        raise ProblemError(400, f"size cannot be reduced from {volume.size} to {size}")
    changed = msgspec.structs.replace(volume, name=str(body.get("name", volume.name)), size=size)
    call.world.account.keep(changed, call.now)
    return Reply(_view(changed))


def delete_volume(call: Call) -> Reply:
    """Answer `DELETE /v2/network-volumes/{id}`."""
    volume = _found(call)
    if any(
        pod.settings.network_volume == volume.id and pod.status != "TERMINATED"
        for pod in call.world.pods.values()
    ):
        raise ProblemError(400, "network volume is attached to a pod")
    call.world.account.drop(volume.id, call.now)
    return Reply(status=204)


def _found(call: Call) -> Volume:
    volume = call.world.account.volumes.get(call.id)
    if volume is None:
        raise not_found("network volume")
    return volume


def _view(volume: Volume) -> Json:
    return {
        "id": volume.id,
        "name": volume.name,
        "size": volume.size,
        "dataCenter": volume.data_center,
        "type": volume.type,
    }
