"""Layout: pieces become lines, indented by the groups, branches and brackets that they stand in."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from gitwf.language.format.gap import Gap, column, read_gap
from gitwf.language.format.group import broken_braces
from gitwf.language.format.piece import Piece, space
from gitwf.language.token import Kind

INDENT = 2
"""How many spaces what stands in something begins further right."""

_OWNERS = frozenset({"case:", "define:"})
_GO_ON = frozenset({Kind.AND, Kind.OR, Kind.PIPE, Kind.ARROW, Kind.BRANCH})
"""What a newline may stand before and, but for a field's arrow, behind."""


class Line(msgspec.Struct):
    """A line: the pieces of its text with the spaces between them, and its comment.

    ``arrow`` is the index of the text that stands below those of the other lines of ``block``.
    """

    indent: int
    texts: list[str] = []
    comment: str = ""
    block: Piece | None = None
    arrow: int | None = None


class _Frame(msgspec.Struct):
    """What lines stand in: the file, a group or brackets; and how far they are indented."""

    statements: int
    """A line that begins a statement."""
    goes_on: int
    """A line that goes on with a statement."""
    closes: int = 0
    """The brace or bracket that closes it."""
    branches: int = 0
    """A branch of its last ``case:`` or ``define:``."""
    owner: Piece | None = None
    """That ``case:`` or ``define:``."""
    mark: int | None = None
    """In which column of the source the mark of the open branch stands."""

    @property
    def in_field(self) -> bool:
        """Whether a field of a definition is being laid out."""
        return self.mark is not None and self.owner is not None and self.owner.text == "define:"


def layout(text: str, pieces: Sequence[Piece]) -> list[Line]:
    """Return ``pieces`` of ``text`` in lines, with the comments that stand between them."""
    writer = _Writer(text, broken_braces(text, pieces))
    for piece in pieces:
        writer.write(piece)
    writer.end()
    return writer.lines


class _Writer:
    """The lines that are written, and what the last of them stands in."""

    def __init__(self, text: str, broken: frozenset[int]) -> None:
        self.lines: list[Line] = []
        self._text = text
        self._broken = broken
        self._frames = [_Frame(0, INDENT)]
        self._left: Piece | None = None

    @property
    def _frame(self) -> _Frame:
        return self._frames[-1]

    def write(self, piece: Piece) -> None:
        """Write ``piece`` behind those before, with what stands between."""
        left = self._left
        gap = read_gap(self._text, left.end if left else 0, piece.start)
        if left is None or self._breaks(left, gap, piece):
            self._break(gap, piece)
        elif gap.escaped and left.kind is not Kind.OPEN and piece.kind is not Kind.CLOSE:
            self.lines[-1].texts.append(" \\")
            self.lines.append(Line(self._frame.goes_on))
        else:
            self.lines[-1].texts.append(space(left, piece))
        self._align(piece)
        self.lines[-1].texts.append(piece.text)
        self._enter(piece)
        self._left = piece

    def end(self) -> None:
        """Write what stands behind the last piece."""
        gap = read_gap(self._text, self._left.end if self._left else 0, len(self._text))
        self._comments(gap, 0, 0, self._frame.mark)

    # -- between lines -------------------------------------------------------------------------

    def _breaks(self, left: Piece, gap: Gap, piece: Piece) -> bool:
        """Return whether ``piece`` begins a line, without a backslash at the end of the one before."""
        if left.kind is Kind.OPEN:
            return left.start in self._broken
        if piece.kind is Kind.CLOSE:
            return piece.start in self._broken
        free = piece.kind in _GO_ON or (left.kind in _GO_ON and not self._frame.in_field)
        return gap.breaks or (gap.escaped and free)

    def _break(self, gap: Gap, piece: Piece) -> None:
        """Begin the line of ``piece``, behind the comments that stand before it."""
        frame, closes = self._frame, _closes(piece)
        begins = piece.begins or self._at_beginning()
        indent = self._indentation(piece, begins=begins)
        mark = frame.mark if begins else None
        at_beginning = self._at_beginning() and not gap.remarks
        within = frame.statements if closes else indent
        self._comments(gap, within, column(self._text, piece.start), mark)
        if gap.blank and not at_beginning and not closes:
            self.lines.append(Line(0))
        self.lines.append(Line(indent))
        if begins:
            frame.goes_on = frame.statements + INDENT
            frame.mark = None

    def _at_beginning(self) -> bool:
        """Return whether nothing has been written yet into the file or group."""
        return self._left is None or self._left.kind is Kind.OPEN

    def _indentation(self, piece: Piece, *, begins: bool) -> int:
        frame = self._frame
        if _closes(piece):
            return frame.closes
        if piece.kind is Kind.BRANCH:
            return frame.branches
        return frame.statements if begins else frame.goes_on

    def _comments(self, gap: Gap, indent: int, follows: int, mark: int | None) -> None:
        """Write the comments of ``gap``, indented as what stands behind them.

        Those that stand in the source as deep as the ``mark`` of the branch before, and deeper
        than what ``follows``, are indented as branches: they are branches that are put aside.
        """
        if gap.trailing:
            self.lines[-1].comment = gap.trailing
        for number, remark in enumerate(gap.remarks):
            if remark.after_blank and not (number == 0 and self._at_beginning()):
                self.lines.append(Line(0))
            if mark is not None and (remark.column < mark or remark.column <= follows):
                mark = None
            deep = indent if mark is None else self._frame.branches
            self.lines.append(Line(deep, comment=remark.text))

    # -- within a line -------------------------------------------------------------------------

    def _align(self, piece: Piece) -> None:
        """Note the first arrow of a branch's line."""
        line = self.lines[-1]
        if piece.kind is Kind.BRANCH:
            line.block = self._frame.owner
        elif piece.kind is Kind.ARROW and line.block is not None and line.arrow is None:
            line.arrow = len(line.texts)

    def _enter(self, piece: Piece) -> None:
        """Note what the next piece stands in."""
        frame, indent = self._frame, self.lines[-1].indent
        if piece.kind is Kind.OPEN:
            broken = piece.start in self._broken
            goes_on = indent + 2 * INDENT if broken else frame.goes_on
            self._frames.append(_Frame(indent + INDENT, goes_on, indent))
        elif _is_punctuation(piece, "(["):
            self._frames.append(_Frame(indent + INDENT, indent + INDENT, indent))
        elif _closes(piece):
            self._frames.pop()
        elif piece.kind is Kind.DIRECTIVE and piece.text in _OWNERS:
            frame.owner, frame.branches = piece, indent + INDENT
        elif piece.kind is Kind.BRANCH:
            frame.mark, frame.goes_on = column(self._text, piece.start), indent + 2 * INDENT


def _closes(piece: Piece) -> bool:
    return piece.kind is Kind.CLOSE or _is_punctuation(piece, ")]")


def _is_punctuation(piece: Piece, characters: str) -> bool:
    return piece.kind is Kind.PUNCTUATION and piece.text in characters
