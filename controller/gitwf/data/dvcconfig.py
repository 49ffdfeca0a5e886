"""DVC's configuration: which files, in which order, and where the paths in them lead.

The levels and the meaning of relative paths are those of `dvc/config.py`.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping
from configparser import Error as ParseError
from configparser import RawConfigParser
from pathlib import Path

from gitwf.data.errors import BrokenFileError

Sections = Mapping[str, Mapping[str, str]]
"""Options by section; a remote's section is called ``remote "name"``."""

_PATHS = frozenset(
    {
        "url",
        "gdrive_user_credentials_file",
        "gdrive_service_account_json_file_path",
        "credentialpath",
        "configpath",
        "keyfile",
        "cert_path",
        "key_path",
    }
)
"""Options of a remote that may be relative paths."""


def read(path: Path) -> Sections:
    """Return the options of one file, relative paths made absolute; no file has none.

    Raises `BrokenFileError`: it is no configuration.
    """
    try:
        return parse(path.read_text(encoding="utf-8"), path)
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError as error:
        raise _broken(path, error) from error


def parse(text: str, path: Path) -> Sections:
    """Return the options in the ``text`` of the file at ``path``. Raises as `read`."""
    parser = RawConfigParser(delimiters=("=",), comment_prefixes=("#",), strict=False)
    try:
        parser.read_string(text)
    except ParseError as error:
        raise _broken(path, error) from error
    return {
        _section(name): {
            option: _resolved(_section(name), option, _value(value), path.parent)
            for option, value in parser.items(name)
        }
        for name in parser.sections()
    }


def merged(levels: Iterable[Sections]) -> Sections:
    """Return the options of all levels; the later ones win."""
    result: dict[str, dict[str, str]] = {}
    for sections in levels:
        for name, options in sections.items():
            result.setdefault(name, {}).update(options)
    return result


def render(sections: Sections, folder: Path) -> str:
    """Return the text of a configuration file that is put into ``folder``.

    A path that no quotes can hold is written as it leads there from ``folder``.
    """
    lines: list[str] = []
    for name, options in sections.items():
        lines.append(f"['{name}']" if '"' in name else f"[{name}]")
        lines += [
            f"    {option} = {_quoted(_spelled(name, option, value, folder))}"
            for option, value in options.items()
        ]
    return "".join(f"{line}\n" for line in lines)


def shared_levels() -> list[Path]:
    """Return the files of this machine and of this user, in the order in which they count."""
    return [
        Path(os.environ.get("DVC_SYSTEM_CONFIG_DIR") or _system_folder(), "config"),
        Path(os.environ.get("DVC_GLOBAL_CONFIG_DIR") or _user_folder(), "config"),
    ]


def has_paths(section: str, options: Mapping[str, str]) -> dict[str, str]:
    """Return the options of a section that are absolute paths once they are read."""
    return {o: v for o, v in options.items() if _is_path(section, o) and Path(v).is_absolute()}


def _system_folder() -> Path:
    if sys.platform == "darwin":
        return Path("/Library/Application Support/dvc")
    return Path((os.environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")[0], "dvc")


def _user_folder() -> Path:
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/dvc"
    return Path(os.environ.get("XDG_CONFIG_HOME", "").strip() or Path.home() / ".config") / "dvc"


def _section(name: str) -> str:
    return name.strip().strip("'").lower() if '"' not in name else name.strip().strip("'")


def _value(text: str | None) -> str:
    """Return a value without its quotes, or without a comment behind it."""
    text = (text or "").strip()
    quoted = re.match(r"""(["'])(.*?)\1\s*(?:#.*)?$""", text)
    return quoted[2] if quoted else re.split(r"\s+#", text, maxsplit=1)[0]


def _spelled(section: str, option: str, value: str, folder: Path) -> str:
    unquotable = "\n" in value or {"'", '"'} <= set(value)
    if unquotable and _is_path(section, option) and Path(value).is_absolute():
        return os.path.relpath(value, folder)
    return value


def _quoted(value: str) -> str:
    if not re.search(r"[#'\",]|^\s|\s$", value) and value:
        return value
    return f'"{value}"' if '"' not in value else f"'{value}'"


def _is_path(section: str, option: str) -> bool:
    if section == "cache":
        return option == "dir"
    return section.startswith("remote ") and option in _PATHS


def _resolved(section: str, option: str, value: str, folder: Path) -> str:
    if not _is_path(section, option) or re.match(r"\w+://", value):
        return value
    return os.path.normpath(folder / Path(value).expanduser())


def _broken(path: Path, error: Exception) -> BrokenFileError:
    return BrokenFileError(f"`{path}` is no DVC configuration: {str(error).splitlines()[0]}")
