"""One comment on a pull request that is kept up to date, however often the request changes."""

from __future__ import annotations

from gitwf.github.api import Api
from gitwf.github.wire import Comment

_MARK = "<!-- git-wf plan -->"
_LONGEST = 65_536
"""Characters that GitHub takes."""

_CUT = "\n\n… the rest is in the summary of the job\n"


def put(api: Api, number: int, text: str) -> None:
    """Have the pull request ``number`` show ``text`` in one comment: ours that is there, or a new one.

    Raises `GitHubError`.
    """
    body = f"{_MARK}\n{clipped(text)}"
    ours = _ours(api, number)
    if ours is None:
        api.add_comment(number, body)
    elif ours.body != body:
        api.change_comment(ours.id, body)


def clipped(text: str) -> str:
    """Return as much of ``text`` as there is room for beside the mark, in whole lines."""
    room = _LONGEST - len(_MARK) - 1
    if len(text) <= room:
        return text
    kept = text[: room - len(_CUT)]
    return kept[: kept.rfind("\n")] + _CUT


def _ours(api: Api, number: int) -> Comment | None:
    """Return the comment that we wrote before. Anybody can write the mark: whose it is counts as well."""
    marked = [c for c in api.comments(number) if (c.body or "").startswith(_MARK)]
    if not marked:
        return None
    login = api.login()
    return next((c for c in marked if c.user and c.user.login == login), None)
