"""The parameters that a definition names whatever its values are."""

from __future__ import annotations

from collections.abc import Iterator

from gitwf.language import tree
from gitwf.language.check.form import literal
from gitwf.language.check.paths import literal_path
from gitwf.language.paramword import split_param


def literal_params(
    definition: tree.Definition,
) -> Iterator[tuple[tree.Word, str, tuple[str, ...] | None]]:
    """Yield the words of ``params`` that no value decides, each with the path of its file and its keys.

    The path is from the repository's root, and inside; keys None: all of the file.
    """
    field = definition.field("params")
    for word in field.words if field else ():
        text = literal(word)
        if text is not None:
            file, keys = split_param(text)
            path = literal_path(definition, file)
            if path is not None:
                yield word, path, keys
