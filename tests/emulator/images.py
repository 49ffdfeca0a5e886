"""What the disk of a pod holds when its container is made: the image, and the start command.

The image of every pod is this machine: its programs, `/etc`, and the Python that runs the emulator. An image
of RunPod's own (`runpod/…`) has `/start.sh` too, which starts sshd; any other image sleeps.
"""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

import msgspec

_FILES = Path(__file__).with_name("image")
_SLEEP = ("/bin/sh", "-c", "exec sleep infinity")
_SHADOW = "root:*:20000:0:99999:7:::\n"
"""No password, which is not a locked account: this machine's own may be locked, or hidden from who asks."""
_SSHD = """\
Port {port}
ListenAddress {host}
HostKey /etc/ssh/ssh_host_ecdsa_key
HostKey /etc/ssh/ssh_host_ed25519_key
PidFile /run/sshd.pid
PermitRootLogin prohibit-password
UsePAM no
PrintMotd no
AcceptEnv LANG LC_*
Subsystem sftp internal-sftp
"""


class StartCommand(msgspec.Struct, frozen=True):
    """`args` in its JSON form: what takes the place of the image's entry point and command."""

    entrypoint: list[str] = []
    cmd: list[str] = []


def is_official(image: str) -> bool:
    """Whether `image` is one of RunPod's own, which start sshd by themselves."""
    return image.startswith("runpod/")


def command(image: str, args: str) -> tuple[str, ...]:
    """The first process of a container; `args` is a shell string or JSON, and replaces `/start.sh`."""
    if args.startswith("{"):
        given = msgspec.json.decode(args, type=StartCommand)
        if whole := (*given.entrypoint, *given.cmd):
            return whole
    elif args:
        return tuple(shlex.split(args))
    return ("/start.sh",) if is_official(image) else _SLEEP


def is_start_command(args: str) -> bool:
    """Whether `args` can be read at all."""
    try:
        command("", args)
    except (ValueError, msgspec.MsgspecError):
        return False
    return True


def python_folders() -> list[Path]:
    """Where the emulator's Python lies, the environment before the installation it stands on."""
    return [Path(folder) for folder in dict.fromkeys([sys.prefix, sys.base_prefix])]


def unpack(disk: Path, image: str, *, host: str, port: int | None) -> None:
    """Lay the image out below `disk`; its sshd will listen on `host`:`port`, on a machine that pods share."""
    root, over = disk / "root", disk / "upper"
    for folder in ("root", "run/sshd", "tmp", "var/tmp", "var/log", "home", "mnt", "workspace"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for folder in ("tmp", "var/tmp"):
        (root / folder).chmod(0o1777)
    (root / "root").chmod(0o700)
    shutil.copy(_FILES / "bashrc", root / "root" / ".bashrc")
    _write(over / "etc/ssh/sshd_config", _SSHD.format(host=host, port=port or 22))
    _write(over / "etc/shadow", _SHADOW, mode=0o600)
    _programs(over / "usr/local/bin")
    if is_official(image):
        shutil.copy(_FILES / "start.sh", root / "start.sh")
        (root / "start.sh").chmod(0o755)


def _programs(folder: Path) -> None:
    """`python` and `nvidia-smi`: a job that is sent to a pod finds both on its path."""
    python = f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n'
    for name in ("python", "python3"):
        _write(folder / name, python, mode=0o755)
    _write(folder / "nvidia-smi", (_FILES / "nvidia-smi").read_text(), mode=0o755)


def _write(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
