"""What this machine must have for pods to be real."""

from __future__ import annotations

import os
import shutil
import subprocess
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
    if lacking:
        return lacking
    return [] if _can_unshare() else [_NAMESPACES]


_NAMESPACES = (
    "root, or user namespaces: `newuidmap` (Debian's uidmap) and a range of ids in `/etc/subuid`"
    if os.geteuid()
    else "a Linux that lets root make mount and PID namespaces"
)


def _can_unshare() -> bool:
    if not Path("/proc/self/ns/mnt").exists():
        return False
    tried = subprocess.run([*namespaces(), "true"], check=False, capture_output=True)
    return tried.returncode == 0
