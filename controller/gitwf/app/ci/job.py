"""The job that GitHub Actions runs us in, from the environment and the event that it gives.

Names and values are those of
<https://docs.github.com/en/actions/reference/workflows-and-actions/variables> and of the webhooks' payloads.
Whoever opens a pull request chooses many of them: they are values here, and never part of a script.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

PLANNED = frozenset({"pull_request", "merge_group"})
"""Events about commits that nobody has accepted: those are planned."""

PLAYED = frozenset({"push", "schedule", "workflow_dispatch", "repository_dispatch"})
"""Events that only those cause who may write to the repository."""


class _Named(msgspec.Struct, frozen=True):
    ref: str = ""
    sha: str = ""


class _PullRequest(msgspec.Struct, frozen=True):
    base: _Named = _Named()
    head: _Named = _Named()
    number: int | None = None


class _Event(msgspec.Struct, frozen=True):
    pull_request: _PullRequest | None = None


class Job(msgspec.Struct, frozen=True):
    """A job. ``base`` is the commit that a pull request is to be merged into, ``branch`` its branch.

    ``summary`` and ``outputs`` are the files that take Markdown and the step's outputs.
    """

    event: str
    server: str = "https://github.com"
    repository: str = ""
    api: str = "https://api.github.com"
    id: str = ""
    base: str | None = None
    branch: str | None = None
    head: str | None = None
    number: int | None = None
    summary: Path | None = None
    outputs: Path | None = None

    @property
    def address(self) -> str:
        """The page of the job's workflow run."""
        return f"{self.server}/{self.repository}/actions/runs/{self.id}"

    def commit_page(self, commit: str) -> str:
        """Return the page of a commit."""
        return f"{self.server}/{self.repository}/commit/{commit}"


def job_of(environment: Mapping[str, str]) -> Job | None:
    """Return the job that ``environment`` is that of; None outside of GitHub Actions."""
    if environment.get("GITHUB_ACTIONS") != "true":
        return None
    event = _event(environment.get("GITHUB_EVENT_PATH"))
    pull = event.pull_request
    return Job(
        event=environment.get("GITHUB_EVENT_NAME", ""),
        server=environment.get("GITHUB_SERVER_URL") or "https://github.com",
        repository=environment.get("GITHUB_REPOSITORY", ""),
        api=environment.get("GITHUB_API_URL") or "https://api.github.com",
        id=environment.get("GITHUB_RUN_ID", ""),
        base=pull.base.sha or None if pull else None,
        branch=pull.base.ref or None if pull else None,
        head=pull.head.sha or None if pull else None,
        number=pull.number if pull else None,
        summary=_path(environment.get("GITHUB_STEP_SUMMARY")),
        outputs=_path(environment.get("GITHUB_OUTPUT")),
    )


def chosen(job: Job, wanted: str) -> str:
    """Return whether to ``reconcile`` or to ``plan``, where that was ``wanted``, or ``auto``.

    Raises:
        ValueError: if nothing may be done for this event; the text says why.
    """
    if job.event == "pull_request_target":
        raise ValueError(
            "`pull_request_target` would hand this repository's secrets to what strangers wrote: "
            "use `pull_request`, which plans"
        )
    if job.event not in PLANNED | PLAYED:
        raise ValueError(f"the event `{job.event}` says nothing about who caused it")
    if job.event in PLAYED:
        return "reconcile" if wanted == "auto" else wanted
    if wanted == "reconcile":
        raise ValueError(f"commits of a `{job.event}` are planned, and never played")
    return "plan"


def _event(path: str | None) -> _Event:
    try:
        return msgspec.json.decode(Path(path).read_bytes(), type=_Event) if path else _Event()
    except (FileNotFoundError, msgspec.DecodeError):
        return _Event()


def _path(name: str | None) -> Path | None:
    return Path(name) if name else None
