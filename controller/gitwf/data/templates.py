"""Templates of `dvc.yaml` (`foreach`, `matrix`, `vars`, `${…}`), resolved by DVC's own resolver.

That is imported where a file has templates, and not before. What it reads beside the file, such as
`params.yaml`, is asked for by path: it may be that of a commit.
"""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dvc.parsing import DataResolver

Read = Callable[[str], str | None]
"""Gives the text of the file at a path below the DVC root, or None where there is none."""

_GENERATORS = ("foreach", "matrix")
_EXPRESSION = re.compile(r"(?<!\\)\$\{.*?\}", re.DOTALL)
_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_PREAMBLE = re.compile(r"failed to parse .*? in '[^']*':")


class TemplateError(Exception):
    """A template does not resolve; the message is a clause for people."""


def has_templates(body: object) -> bool:
    """Return whether a stage of `dvc.yaml` must be resolved before it can be read."""
    if isinstance(body, Mapping) and any(key in body for key in (*_GENERATORS, "vars")):
        return True
    return any(_EXPRESSION.search(text) for text in _texts(body))


class Templates:
    """The templates of the `dvc.yaml` in ``folder``."""

    def __init__(
        self,
        stages: Mapping[str, object],
        variables: object,
        folder: str,
        read: Read,
        parsing: Mapping[str, str],
    ) -> None:
        """``variables`` are the file's `vars`, ``parsing`` that section of DVC's configuration."""
        self._stages = stages
        self._variables = variables or []
        self._folder = "" if folder == "." else folder
        self._repo = _Repo(_Files(read), parsing)

    def stages(self, name: str, body: object) -> Iterator[tuple[str, object]]:
        """Yield the stages that ``body`` stands for, by name, with everything put in.

        Raises `TemplateError`: ``body`` is not as DVC has it, or names what is not there.
        """
        from dvc.exceptions import DvcException

        wrong = _malformed(body)
        if wrong is not None:
            raise TemplateError(wrong)
        try:
            definition = self._resolver.definitions[name]
            names = getattr(definition, "get_generated_names", lambda: [name])()
            for each in names:
                yield each, self._resolver.resolve_one(each)[each]
        except DvcException as error:
            raise TemplateError(f"its templates do not resolve: {_reason(error)}") from error
        except (TypeError, AttributeError, AssertionError) as error:  # DVC asserts what it expects
            raise TemplateError("its templates are not as DVC has them") from error

    @cached_property
    def _resolver(self) -> DataResolver:
        import logging

        from dvc.parsing import DataResolver

        logging.getLogger("dvc").setLevel(logging.ERROR)  # it warns of what the file overrides
        stages = {name: body for name, body in self._stages.items() if _malformed(body) is None}
        document = {"vars": self._variables, "stages": stages}
        return DataResolver(self._repo, self._folder, document)


class _Files:
    """What DVC's resolver asks of a file system."""

    join = staticmethod(posixpath.join)
    normpath = staticmethod(posixpath.normpath)

    def __init__(self, read: Read) -> None:
        self._read = read

    def exists(self, path: str) -> bool:
        return self._read(posixpath.normpath(path)) is not None

    def isdir(self, path: str) -> bool:  # noqa: ARG002 - what exists here is a file
        return False

    def suffix(self, path: str) -> str:
        return posixpath.splitext(path)[1]

    def open(self, path: str, **_: object) -> io.StringIO:
        return io.StringIO(self._read(posixpath.normpath(path)) or "")


class _Repo:
    """What DVC's resolver asks of a repository."""

    def __init__(self, fs: _Files, parsing: Mapping[str, str]) -> None:
        self.fs = fs
        self.config = {"parsing": parsing}


def _malformed(body: object) -> str | None:
    """Return what DVC's schema refuses before anything is resolved, or None."""
    if not isinstance(body, Mapping):
        return "it has no fields"
    if "foreach" in body and (
        set(body) != {"foreach", "do"} or not isinstance(body["do"], Mapping)
    ):
        return "a `foreach` stands with a `do` that has the fields, and nothing else"
    if "matrix" in body and not isinstance(body["matrix"], Mapping):
        return "its `matrix` does not hold lists by name"
    return None


def _reason(error: Exception) -> str:
    """Return DVC's words without what says where, and in our quotes."""
    text = _COLOUR.sub("", _PREAMBLE.sub("", str(error)))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    said = (
        re.sub(r"'([^']*)'", r"`\1`", lines[-1] if lines else "")
        .removesuffix(".")
        .removeprefix("ParseException: ")
    )
    return said[:1].lower() + said[1:]


def unescaped(value: object) -> object:
    """Return ``value``, which has no templates, with what is escaped in its texts as it is meant."""
    if isinstance(value, str):
        return value.replace("\\${", "${")
    if isinstance(value, Mapping):
        return {unescaped(key): unescaped(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unescaped(item) for item in value]
    return value


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(key)
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
