"""The request for a pod (CreatePodRequest of the API): one unknown field fails all of it."""

from __future__ import annotations

from collections.abc import Mapping

from gitwf.targets.runpod.deadman import Switch
from gitwf.targets.runpod.lease import Lease
from gitwf.targets.runpod.wish import VOLUME_PATH, Wish


def request_for(lease: Lease, wish: Wish, public: str, switch: Switch) -> Mapping[str, object]:
    """Return what is sent for ``lease``; ``public`` is the key that its sshd is to let in."""
    offer = lease.offer
    asked: dict[str, object | None] = {
        "name": lease.name,
        "image": wish.image,
        "templateId": wish.template,
        "cloud": offer.cloud,
        "gpu": {"id": offer.gpu, "count": offer.count},
        "disk": wish.disk,
        "ports": ["22/tcp"],
        "env": {**wish.env, "PUBLIC_KEY": public},
        "startSsh": True,
        "dataCenterIds": [offer.data_center] if offer.data_center else None,
        "mounts": _mounts(wish),
        "args": switch.start_command if wish.is_official else None,
    }
    return {name: value for name, value in asked.items() if value is not None}


def _mounts(wish: Wish) -> Mapping[str, object] | None:
    if wish.volume is None:
        return None
    return {"network": [{"volumeId": wish.volume, "path": VOLUME_PATH}]}
