"""What is wrong with the characters of a text, whatever it says.

The patterns stand here as text: few files need them compiled.
"""

from __future__ import annotations

import re

from gitwf.diagnostics import Diagnostic, Span

_BOM = "\ufeff"
_CONTROL = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+"
_NOT_UTF_8 = "[\ud800-\udfff]"
"""What the error handler ``surrogateescape`` makes of a byte, and halves of pairs from elsewhere."""
_UTF_16 = ("\udcff\udcfe", "\udcfe\udcff")
_MARKERS = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")
_CONFLICT = r"(?m)^(?:<{7}|\|{7}|={7}|>{7})(?: .*)?$"
_MANY = 3
"""Where more than one character in so many is a NUL, the text was written two bytes a character."""
_UTF_8 = "save the file as UTF-8"


def unified(text: str) -> str:
    """Return ``text`` without a byte order mark, and with LF at the end of all its lines."""
    text = text.removeprefix(_BOM)
    return re.sub(r"\r+\n", "\n", text) if "\r" in text else text


def clean(path: str, text: str) -> tuple[str, list[Diagnostic]]:
    """Return ``text`` as the parser reads it, and what is wrong with its characters.

    Bytes that are no UTF-8, characters that are not allowed and the lines of a merge conflict are reported and become
    white space, so that nothing else is said about them; offsets stay what they were.
    """
    if text.replace("\n", "").isprintable() and not any(marker in text for marker in _MARKERS):
        return text, []
    text, found = _decoded(path, text)
    inside = False

    def control(match: re.Match[str]) -> str:
        named = f"character U+{ord(match[0][0]):04X} is not allowed"
        found.append(Diagnostic("WF101", named, path, Span(*match.span()), "delete it"))
        return " " * len(match[0])

    def conflict(match: re.Match[str]) -> str:
        nonlocal inside
        if match[0].startswith("<") or not inside:
            found.append(_unmerged(path, match))
        inside = not match[0].startswith(">")
        return " " * len(match[0])

    text = re.sub(_CONTROL, control, text)
    text = re.sub(_CONFLICT, conflict, text)
    lines = text.rstrip()
    if "\r" in lines and "\n" not in lines:
        found.append(_one_line(path, text))
    return (" " + text[1:] if text.startswith(_BOM) else text), found


def _decoded(path: str, text: str) -> tuple[str, list[Diagnostic]]:
    """Return ``text`` without what is no UTF-8, which is reported once: one mend for the file."""
    broken = re.search(_NOT_UTF_8, text)
    every_other = text.count("\0") > len(text) // _MANY
    if broken is None and not every_other:
        return text, []
    if broken is None or text.startswith(_UTF_16):
        message, span, cleaned = "the file is UTF-16", Span(0, 0), " " * len(text)
    else:
        message, span = f"byte 0x{ord(broken[0]) & 0xFF:02X} is not UTF-8", Span(*broken.span())
        cleaned = re.sub(_NOT_UTF_8, " ", text)
    return cleaned, [Diagnostic("WF101", message, path, span, _UTF_8)]


def _unmerged(path: str, match: re.Match[str]) -> Diagnostic:
    message = "a merge conflict stands here"
    return Diagnostic(
        "WF103", message, path, Span(*match.span()), "keep one side, delete the markers"
    )


def _one_line(path: str, text: str) -> Diagnostic:
    at = text.index("\r")
    message = "a carriage return alone ends no line"
    return Diagnostic("WF101", message, path, Span(at, at + 1), "save the file with LF line ends")
