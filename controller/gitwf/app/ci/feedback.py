"""What a job says at GitHub beside its summary, where it was given a token for that."""

from __future__ import annotations

from gitwf.app.ci.job import Job
from gitwf.app.hub import Hub
from gitwf.engine.jobs.environment import secrets_of
from gitwf.engine.replay.mask import Mask
from gitwf.github.place import place_of
from gitwf.github.wire import GitHubError

TOKEN = "GIT_WF_GITHUB_TOKEN"  # noqa: S105  (its name)
"""The variable with the token. It is for this process alone: no command gets it, whatever it names."""


def hub_of_job(job: Job, token: str) -> Hub | None:
    """Return the repository that ``job`` is of, with ``token``; None where there is none."""
    names = {"GITHUB_REPOSITORY": job.repository, "GITHUB_API_URL": job.api}
    place = place_of(names, None)
    return Hub(place, token, job.address) if token and place else None


def comment(job: Job, hub: Hub | None, text: str, environment: dict[str, str]) -> str | None:
    """Have the pull request of ``job`` show ``text``, once. Return why it does not, or None."""
    if hub is None or job.number is None:
        return None
    from gitwf.github.plan_comment import put

    mask = Mask((hub.token, *secrets_of(environment, {}, ()).values()))
    try:
        put(hub.api(), job.number, mask.text(text))
    except GitHubError as error:
        return f"no comment on the pull request: {error}"
    return None
