"""Who asks: the person whom git would name as the author of a commit made here."""

from __future__ import annotations

import getpass
import os

from gitwf.app.session import Session


def whoami(session: Session) -> str:
    """Return ``Name <address>`` as git would write it, else the name of the login and the machine."""
    given = session.environment
    login = getpass.getuser()
    name = given.get("GIT_AUTHOR_NAME") or _setting(session, "user.name") or login
    address = given.get("GIT_AUTHOR_EMAIL") or _setting(session, "user.email")
    return f"{name} <{address or f'{login}@{os.uname().nodename}'}>"


def _setting(session: Session, key: str) -> str:
    outcome = session.repository().git.attempt("config", "--get", key)
    return outcome.stdout.decode(errors="replace").strip()
