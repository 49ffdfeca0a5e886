"""A controller as a service of the person: a unit of systemd, or an agent of launchd."""

from __future__ import annotations

import plistlib
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from gitwf.app.session import Session, UsageError
from gitwf.records.store import Records
from gitwf.repo import disk
from gitwf.repo.repository import Repository

_VARIABLES = ("PATH", "SSH_AUTH_SOCK", "GIT_SSH_COMMAND", "LANG")
"""What the service gets of the environment in which it was installed."""


class Service(msgspec.Struct, frozen=True):
    """A service: its file, and the commands that start and stop it."""

    path: Path
    text: str
    start: tuple[tuple[str, ...], ...]
    stop: tuple[tuple[str, ...], ...]


class Outcome(msgspec.Struct, frozen=True):
    """What became of it: ``problem`` is why one of its commands did not succeed; ``left`` are to be run."""

    problem: str | None = None
    left: tuple[tuple[str, ...], ...] = ()


def service_of(session: Session, program: Sequence[str], system: str, user: int) -> Service:
    """Return the service that runs ``program`` for the repository.

    Raises:
        UsageError: if the ``system`` (as `sys.platform` names it) has neither systemd nor launchd.
    """
    repository = session.repository()
    home = Path(session.environment.get("HOME") or Path.home())
    kept = {n: v for n in _VARIABLES if (v := session.environment.get(n))}
    name = _name(repository)
    place = repository.work_tree or repository.git_dir
    if system == "darwin":
        log = repository.state_dir / "controller.out"
        path = home / "Library" / "LaunchAgents" / f"org.{name}.plist"
        text = agent(f"org.{name}", program, place, kept, log)
        domain = f"gui/{user}"
        start = (("launchctl", "bootstrap", domain, str(path)),)
        return Service(path, text, start, (("launchctl", "bootout", f"{domain}/org.{name}"),))
    if system != "linux":
        raise UsageError(
            f"there is no service for `{system}`", "run `git wf controller` by what you have there"
        )
    folder = session.environment.get("XDG_CONFIG_HOME") or str(home / ".config")
    path = Path(folder) / "systemd" / "user" / f"{name}.service"
    systemctl = ("systemctl", "--user")
    return Service(
        path,
        unit(program, place, kept),
        ((*systemctl, "daemon-reload"), (*systemctl, "enable", "--now", path.name)),
        ((*systemctl, "disable", "--now", path.name),),
    )


def install(service: Service) -> Outcome:
    """Write the file of ``service`` and start it."""
    disk.replace(service.path, service.text.encode())
    return _run(service.start)


def uninstall(service: Service) -> Outcome:
    """Stop ``service`` and delete its file. Raises `UsageError` where it is not there."""
    if not service.path.exists():
        raise UsageError(f"there is no `{service.path}`", "it was not installed from this clone")
    outcome = _run(service.stop)
    service.path.unlink()
    return outcome


def unit(program: Sequence[str], place: Path, environment: Mapping[str, str]) -> str:
    """Return the text of a user unit (systemd.service(5)). Jobs go on when it is stopped."""
    settings = "".join(
        f"Environment={_quoted(f'{name}={value}')}\n" for name, value in environment.items()
    )
    return (
        "[Unit]\n"
        f"Description=git-wf controller of {_plain(str(place))}\n\n"
        "[Service]\n"
        f"WorkingDirectory={_plain(str(place))}\n"
        f"{settings}"
        f"ExecStart={' '.join(_quoted(word).replace('$', '$$') for word in program)}\n"
        "KillMode=process\n"
        "Restart=on-failure\n"
        "RestartSec=10\n\n"
        "[Install]\n"
        "WantedBy=default.target\n"
    )


def agent(
    label: str, program: Sequence[str], place: Path, environment: Mapping[str, str], log: Path
) -> str:
    """Return the text of an agent (launchd.plist(5)). Jobs go on when it is stopped."""
    return plistlib.dumps(
        {
            "Label": label,
            "ProgramArguments": list(program),
            "WorkingDirectory": str(place),
            "EnvironmentVariables": dict(environment),
            "RunAtLoad": True,
            "KeepAlive": {"SuccessfulExit": False},
            "AbandonProcessGroup": True,
            "StandardErrorPath": str(log),
            "StandardOutPath": str(log),
        },
        sort_keys=False,
    ).decode()


def _name(repository: Repository) -> str:
    """Return a name that no other clone on this machine has."""
    place = repository.work_tree or repository.git_dir
    plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in place.name).strip("-")
    return f"git-wf-{plain or 'clone'}-{Records(repository).clone[:6]}"


def _plain(text: str) -> str:
    """Return text as a setting of a unit takes it: ``%`` begins a specifier there."""
    return text.replace("\\", "\\\\").replace("%", "%%").replace("\n", " ")


def _quoted(text: str) -> str:
    escaped = _plain(text).replace('"', '\\"')
    return f'"{escaped}"'


def _run(commands: Sequence[tuple[str, ...]]) -> Outcome:
    """Run commands one after the other; where one fails that and the rest are left."""
    for at, command in enumerate(commands):
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            return Outcome(f"there is no `{command[0]}` here", tuple(commands[at:]))
        if done.returncode:
            said = done.stderr.strip().splitlines()
            return Outcome(said[-1] if said else "it failed", tuple(commands[at:]))
    return Outcome()
