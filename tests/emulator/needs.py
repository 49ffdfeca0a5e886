"""What this machine must have for pods to be real."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.emulator.containers import namespaces

_PROGRAMS = {
    "unshare": "util-linux",
    "setpriv": "util-linux",
    "ssh-keygen": "openssh-client",
    "/usr/sbin/sshd": "openssh-server",
}


def missing() -> list[str]:
    """What there is not, in words; empty when all is there."""
    lacking = [
        f"`{program}` (Debian's {package})"
        for program, package in _PROGRAMS.items()
        if shutil.which(program) is None
    ]
    return lacking or _kernel_lacks()


_NAMESPACES = (
    "root, or user namespaces: `newuidmap` (Debian's uidmap) and a range of ids in `/etc/subuid`"
    if os.geteuid()
    else "a Linux that lets root make mount and PID namespaces"
)
_OVERLAY = (
    "overlayfs: a folder for temporary files that is not itself on one, as it is within Docker"
)
_MOUNT = 'mkdir -p "$1/up" "$1/work" "$1/at"; exec mount -t overlay overlay -o "lowerdir=/etc,upperdir=$1/up,workdir=$1/work" "$1/at"'


def _kernel_lacks() -> list[str]:
    if not Path("/proc/self/ns/mnt").exists() or not _works("true"):
        return [_NAMESPACES]
    folder = Path(tempfile.mkdtemp(prefix="emulator-"))
    try:
        return [] if _works("sh", "-c", _MOUNT, "sh", str(folder)) else [_OVERLAY]
    finally:
        _works("rm", "-rf", str(folder))


def _works(*command: str) -> bool:
    tried = subprocess.run([*namespaces(), *command], check=False, capture_output=True)
    return tried.returncode == 0
