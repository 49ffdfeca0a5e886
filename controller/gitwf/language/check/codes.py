"""The table of all codes, each with what it means in one line."""

from __future__ import annotations

from collections.abc import Mapping

CODES: Mapping[str, str] = {
    "WF101": "character not allowed",
    "WF102": "unterminated quote or `${`",
    "WF103": "expected something else",
    "WF104": "unbalanced brace",
    "WF105": "unknown directive",
    "WF106": "bad number, duration or option",
    "WF107": "bad expression",
    "WF108": "branch mark outside of a case or define",
    "WF109": "not there yet in this version",
    "WF112": "ambiguous `$name.x` or `$name[` in a word",
    "WF201": "variable used that is never set before",
    "WF202": "unknown command",
    "WF203": "bad arguments to a command",
    "WF204": "a built-in variable's name taken",
    "WF205": "defined twice",
    "WF206": "type error that is certain",
    "WF207": "unknown target, droid or environment",
    "WF208": "file of a `use:` missing, or in a circle",
    "WF301": "can never run (warning)",
    "WF302": "variable set and never used (warning)",
    "WF303": "case without `*` (warning)",
    "WF304": "two parallel branches assign one variable",
    "WF305": "an arrow that reads otherwise than it looks (warning)",
    "WF306": "text that a shell would treat and `.wf` does not (warning)",
    "WF401": "one out written twice in one run",
    "WF402": "a dep or param that nothing provides",
    "WF403": "`dvc.yaml` disagrees with the definition (warning)",
    "WF404": "a cached out that git tracks",
    "WF501": "a path leads outside of the repository, or into `.git`",
    "WF502": "a secret stands as a value in a run line or argument",
    "WF503": "an effect runs in parallel with another of its environment",
    "WF601": "`wf.toml` is not TOML",
    "WF602": "a setting that is not known or not of its type",
    "WF603": "a setting that is not there yet (warning)",
}
