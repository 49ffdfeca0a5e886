"""The containers of pods: real processes in namespaces of their own, each with a real sshd.

`Containers.reconcile` looks up what should run and makes it so. A container is a PID namespace, so that
the end of its first process is the end of all of them, whatever they did to get away; the kernel sees to it,
also when the emulator itself is killed.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec
from tests.emulator import images

_ENTER = Path(__file__).with_name("image") / "enter.sh"
_NAMESPACES = ("--mount", "--pid", "--uts", "--fork", "--kill-child=KILL")
_ROOTLESS = ("--user", "--map-root-user", "--map-auto")
RESTART_AFTER = 1.0
"""Real seconds after which a container whose start command has ended is started again, as Docker does."""

_KILL_AGAIN = 0.02

Log = Callable[[str, str], None]


class Container(msgspec.Struct, frozen=True):
    """What should run for a pod. Another `boot` is another container: its disk is new."""

    pod: str
    boot: int
    image: str
    command: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    host: str
    port: int | None
    mounts: tuple[tuple[str, str], ...] = ()
    """What lives longer than the container: a path below the state folder, and where the pod sees it."""
    disk_megabytes: int | None = None
    read_only_home: bool = False
    clock_off: int = 0


class Desired(msgspec.Struct, frozen=True):
    """The containers that should run, and the pods whose disks are kept."""

    containers: Mapping[str, Container] = {}
    pods: frozenset[str] = frozenset()


class Containers:
    """The containers that run, and the disks of pods, all below `folder`."""

    def __init__(self, folder: Path, log: Log) -> None:
        """`log` is called with a pod's id and a line that its container wrote."""
        self._folder = folder
        self._log = log
        self._running: dict[str, tuple[Container, asyncio.Task[None]]] = {}
        self._turn = asyncio.Lock()

    async def reconcile(self, desired: Callable[[], Desired]) -> None:
        """End what should not run, start what should, and remove the disks of pods that are no more.

        `desired` is asked when it is this call's turn, so that what was desired before never wins.
        """
        async with self._turn:
            wanted = desired()
            for pod, (container, task) in list(self._running.items()):
                if wanted.containers.get(pod) != container:
                    await _end(task)
                    del self._running[pod]
                    await _remove(self._disk(container))
            for folder in self._disks():
                if folder.name not in wanted.pods:
                    await _remove(folder)
            for pod, container in wanted.containers.items():
                if pod not in self._running:
                    self._running[pod] = container, asyncio.create_task(self._keep(container))

    async def remove_all(self) -> None:
        """End all that runs, and remove what lies there: disks and volumes."""
        await self.reconcile(Desired)
        async with self._turn:
            await _remove(self._folder)

    def _disks(self) -> list[Path]:
        pods = self._folder / "pods"
        return list(pods.iterdir()) if pods.exists() else []

    def _disk(self, container: Container) -> Path:
        return self._folder / "pods" / container.pod / f"boot-{container.boot}"

    async def _keep(self, container: Container) -> None:
        """Run a container, again and again should it end."""
        disk = self._disk(container)
        images.unpack(disk, container.image, host=container.host, port=container.port)
        while True:
            await self._run(container, disk)
            await asyncio.sleep(RESTART_AFTER)

    async def _run(self, container: Container, disk: Path) -> None:
        process = await asyncio.create_subprocess_exec(
            *_command(container, disk, self._folder),
            env=dict(container.environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        assert process.stdout is not None
        try:
            while line := await process.stdout.readline():
                self._log(container.pod, line.decode(errors="replace").rstrip("\n"))
            await process.wait()
        finally:
            await _kill(process)


def _command(container: Container, disk: Path, state: Path) -> list[str]:
    options: list[str] = []
    if container.disk_megabytes is not None:
        options += ["size", str(container.disk_megabytes)]
    if container.read_only_home:
        options += ["home", "ro"]
    if container.clock_off:
        options += ["clock", f"{container.clock_off:+d}"]
    for folder in images.python_folders():
        if not folder.is_relative_to("/usr"):
            options += ["copy", str(folder)]
    for source, target in container.mounts:
        options += ["bind", str(state / source), target]
    enter = [str(_ENTER), str(disk), container.pod, *options, "--", *container.command]
    return ["setpriv", "--pdeathsig", "KILL", *namespaces(), *enter]


def namespaces() -> list[str]:
    """What runs a command as root in namespaces of its own; who is no root here needs some help for it."""
    return ["unshare", *(_ROOTLESS if os.geteuid() else ()), *_NAMESPACES]


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _kill(process: asyncio.subprocess.Process) -> None:
    """Kill the first process of a container; `unshare` ends when it, and so every process, has ended.

    `unshare` itself is left alone: killed before it has told its child to die with it, it would leave it.
    """
    while process.returncode is None:
        for child in _children(process.pid):
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        with suppress(TimeoutError):
            async with asyncio.timeout(_KILL_AGAIN):
                await process.wait()


def _children(pid: int) -> list[int]:
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [int(child) for child in found]


async def _remove(folder: Path) -> None:
    """Remove a disk; the owner of what lies there may exist in the pod's user namespace only."""
    if os.geteuid():
        process = await asyncio.create_subprocess_exec(
            *namespaces(), "rm", "-rf", "--", str(folder), stdin=asyncio.subprocess.DEVNULL
        )
        await process.wait()
    else:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
