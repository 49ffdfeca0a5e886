"""Outs that are, or lie in, one another: DVC takes nothing of a file that has some."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def overlaps(outs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield each stage with an out that overlaps another, and what is wrong with it, as a clause.

    ``outs`` are pairs of a normalised path and the name of the stage that writes it.
    """
    above: list[tuple[str, str]] = []
    for path, stage in sorted(outs, key=lambda out: out[0].split("/")):
        while above and not f"{path}/".startswith(f"{above[-1][0]}/"):
            above.pop()
        for other, writer in above[-1:]:
            yield stage, _below(path, other, writer)
            yield writer, _above(other, path, stage)
        above.append((path, stage))


def _below(path: str, other: str, writer: str) -> str:
    if path == other:
        return f"it writes `{path}`, and so does `{writer}`"
    return f"its out `{path}` lies in `{other}`, an out of `{writer}`"


def _above(path: str, other: str, writer: str) -> str:
    if path == other:
        return f"it writes `{path}`, and so does `{writer}`"
    return f"its out `{path}` holds `{other}`, an out of `{writer}`"
