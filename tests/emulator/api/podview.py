"""A pod as the API shows it."""

from __future__ import annotations

from datetime import datetime

from tests.emulator.clock import stamp
from tests.emulator.document import Json
from tests.emulator.pods import Gpus, Pod


def view(pod: Pod, now: datetime, host: str) -> Json:
    """The `Pod` of the document."""
    settings = pod.settings
    placed = pod.status != "PROVISIONING"
    body: Json = {
        "id": pod.id,
        "name": pod.name,
        "status": pod.status,
        "actions": list(pod.actions),
        "image": settings.image,
        "args": settings.args,
        "disk": settings.disk,
        "mounts": settings.mounts,
        "ports": list(settings.ports),
        "env": settings.env,
        "registry": settings.registry,
        "cloud": pod.cloud,
        "dataCenterId": pod.data_center if placed else None,
        "cudaVersion": pod.cuda if placed else None,
        "ssh": {"proxy": _proxy(pod) if placed else None, "direct": _direct(pod, host)},
        "template": None,
        "cost": float(pod.rates.gpu + pod.rates.cpu),
        "locked": pod.locked,
        "globalNetworking": _global(pod),
        "runtime": _runtime(pod, now, host) if pod.status == "RUNNING" else None,
        "createdAt": stamp(pod.created),
        "startedAt": stamp(pod.started) if pod.started else None,
    }
    return body | _compute(pod)


def _compute(pod: Pod) -> Json:
    """What was asked for; that a start gave no GPU back shows in `runtime` alone."""
    own = {"id": pod.compute.id, "vcpuCount": pod.compute.vcpu_count, "memory": pod.compute.memory}
    if isinstance(pod.compute, Gpus):
        return {"gpu": own | {"count": pod.compute.count}}
    return {"cpu": own}


def _proxy(pod: Pod) -> Json:
    return _endpoint("ssh.runpod.io", 22, f"{pod.id}-64411eb2", "ssh {username}@{host}")


def _direct(pod: Pod, host: str) -> Json | None:
    if pod.shown_port is None:
        return None
    return _endpoint(host, pod.shown_port, "root", "ssh {username}@{host} -p {port}")


def _endpoint(host: str, port: int, username: str, command: str) -> Json:
    return {
        "host": host,
        "port": port,
        "username": username,
        "command": command.format(host=host, port=port, username=username),
    }


def _global(pod: Pod) -> Json:
    if not pod.global_networking:
        return {"enabled": False}
    return {"enabled": True, "ip": "10.65.1.42", "internalDns": f"{pod.id}.runpod.internal"}


def _runtime(pod: Pod, now: datetime, host: str) -> Json:
    started = pod.started or now
    gpus = pod.compute.count if isinstance(pod.compute, Gpus) and not pod.gpus_lost else 0
    return {
        "uptime": int((now - started).total_seconds()),
        "gpus": [{"util": 0, "memoryUtil": 0}] * gpus,
        "cpu": {"util": 0},
        "memory": {"util": 0},
        "ports": [_port(port, pod, host) for port in pod.settings.ports],
    }


def _port(port: str, pod: Pod, host: str) -> Json:
    private, kind = port.split("/")
    shown = pod.shown_port if port == "22/tcp" else None
    return {
        "private": int(private),
        "public": shown,
        "type": kind,
        "ip": host if shown else None,
    }
