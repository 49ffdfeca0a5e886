"""The policy of a machine: ``~/.config/git-wf/trust.toml``, which goes before what any repository says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gitwf.config.load import load
from gitwf.config.settings import Settings, Trust
from gitwf.reconcile.trust.policy import Policy, fault

_FILE = "git-wf/trust.toml"


def policy_file(environment: Mapping[str, str]) -> Path | None:
    """Return where the file is looked for (XDG Base Directory Specification); None without a home."""
    if config := environment.get("XDG_CONFIG_HOME"):
        return Path(config) / _FILE
    home = environment.get("HOME")
    return Path(home) / ".config" / _FILE if home else None


def machine_policy(environment: Mapping[str, str]) -> Policy | None:
    """Return the machine's policy, or None where it has none. One that cannot be read lets nothing run."""
    path = policy_file(environment)
    try:
        text = path.read_bytes().decode("utf-8", "surrogateescape") if path else None
    except FileNotFoundError:
        return None
    except OSError as error:
        return Policy(Trust(), str(path), problem=f"`{path}` cannot be read: {error.strerror}")
    if path is None or text is None:
        return None
    place, loaded = f"`{path}`", load(text, str(path))
    if loaded.diagnostics:
        said = loaded.diagnostics[0].message
        return Policy(Trust(), place, problem=f"{place} cannot be held to: {said}")
    if loaded.settings != Settings(trust=loaded.settings.trust):
        return Policy(Trust(), place, problem=f"{place} holds `[trust]` and nothing else")
    return _with_signers(loaded.settings.trust, path)


def _with_signers(trust: Trust, path: Path) -> Policy:
    place = f"`{path}`"
    signers = _read(path.parent / Path(trust.signers).expanduser()) if trust.signers else None
    wrong = fault(trust, signers)
    return Policy(trust, place, signers or "", f"{place}: {wrong}" if wrong else "")


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
