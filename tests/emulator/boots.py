"""Which containers ought to run, given the pods."""

from __future__ import annotations

from typing import cast

from tests.emulator import images
from tests.emulator.containers import Container, Desired
from tests.emulator.pods import Gpus, Pod
from tests.emulator.world import World

_CRASH = ("/bin/sh", "-c", "echo 'python: cannot open /workspace/main.py' >&2; exit 1")
_SLEEP = ("/bin/sh", "-c", "exec sleep infinity")
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def desired(world: World) -> Desired:
    """The container of each pod that has one, and the disk of each that is not terminated."""
    there = [pod for pod in world.pods.values() if pod.status != "TERMINATED"]
    containers = {pod.id: _container(pod, world.host) for pod in there if pod.status == "RUNNING"}
    return Desired(containers, frozenset(pod.id for pod in there))


def _container(pod: Pod, host: str) -> Container:
    return Container(
        pod=pod.id,
        boot=pod.boot,
        image=pod.settings.image,
        command=_command(pod),
        environment=tuple(_environment(pod, host).items()),
        host=host,
        port=pod.port,
        mounts=tuple(_mounts(pod)),
        disk_megabytes=pod.fate.disk_megabytes,
        read_only_home=pod.fate.read_only_home,
        clock_off=pod.fate.clock_off,
    )


def _command(pod: Pod) -> tuple[str, ...]:
    if pod.fate.crash_loop:
        return _CRASH
    if pod.fate.no_sshd or pod.fate.mute:
        return _SLEEP
    return images.command(pod.settings.image, pod.settings.args)


def _environment(pod: Pod, host: str) -> dict[str, str]:
    """What the first process is given: the image's, the request's, and RunPod's own."""
    gpus = pod.compute.count if isinstance(pod.compute, Gpus) and not pod.gpus_lost else 0
    own = {
        "RUNPOD_POD_ID": pod.id,
        "RUNPOD_POD_HOSTNAME": pod.id,
        "RUNPOD_DC_ID": pod.data_center,
        "RUNPOD_GPU_COUNT": str(gpus),
        "RUNPOD_CPU_COUNT": str(pod.compute.vcpu_count),
        "RUNPOD_MEM_GB": str(pod.compute.memory),
        "RUNPOD_API_KEY": World.pod_token(pod.id),
    }
    if "22/tcp" in pod.settings.ports:
        own |= {"RUNPOD_PUBLIC_IP": host, "RUNPOD_TCP_PORT_22": str(pod.port)}
    if pod.settings.network_volume:
        own["RUNPOD_VOLUME_ID"] = pod.settings.network_volume
    cuda = {"CUDA_VERSION": f"{pod.cuda}.1"} if pod.cuda else {}
    return {"PATH": _PATH, "HOME": "/root", **cuda, **pod.injected, **pod.settings.env, **own}


def _mounts(pod: Pod) -> list[tuple[str, str]]:
    mounts = pod.settings.mounts
    if persistent := cast("dict[str, str] | None", mounts.get("persistent")):
        return [(f"pods/{pod.id}/volume", persistent["path"])]
    network = cast("list[dict[str, str]]", mounts.get("network", []))
    return [(f"volumes/{mount['volumeId']}", mount["path"]) for mount in network]
