"""Habits from elsewhere: what people write who come from a shell, from YAML or from prose.

The patterns stand here as text: only files with mistakes need them, and it takes longer to compile them all than to
read such a file. `re` keeps those that were used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from gitwf.diagnostics import nearest
from gitwf.language.lookalikes import branch_mark, lookalike

_STREAM = r"(?<!\S)[0-9]>>?(?:&[0-9-])?"
_HERE_DOCUMENT = r"<<-?[ \t]*+(['\"]?)(\w++)\1(?=.*\n)(?:.*\n){0,99}?[ \t]*+\2(?=\s|\Z)"

_HANDLERS = ("on_failure", "on_success", "on_exit")
_IF = "`if:` takes arrows: `if:$ok → /a → /b`"
_ELSE = "the second arrow of an `if:` is its else: `if:$ok → /a → /b`"
_ELIF = "nest an `if:` behind the second arrow: `if:$a → /a → if:$b → /b`"
_GROUP = "a group stands in braces: `{ /a ; /b }`"
_FORK = "write `fork:4 → /a & /b`"
_WAIT = "write `barrier`: it waits for the jobs in the background"
_EACH = "write `fork:4 → /a` or `sweep:x=1,2 → /a $x`"
_AGAIN = "write `retry:3 → /a`"
_CASE = "write `case:$x`, and below it `↳ pattern → /command`"
_SET = "write `$name = value`"
_DEFINE = "write `define:/name`, and below it `↳ run → …`"
_USE = "write `use:commands.wf`"
_END = "`/fail` ends a block as failed"
_ALWAYS = "write `on_exit → /command`"
_STRICT = "a step that fails ends its block: there is nothing to set"
_CATCH = "`try: /a → catch: /b`"
_STEPS = "steps are lines of their own: `/prepare`"
_OUTCOME = "`/a || /b` runs b only where a fails"
_FIELD = "a field of a definition begins with `↳`: `↳ run → make`"
_COMMENT = "a comment begins with `#`"
_LINES = "steps are lines, not the items of a list: write `/command`"
_SPACED = "arguments stand behind the name, parted by spaces: `/name a b`"

_WORDS: Mapping[str, str] = {
    "then": _IF,
    "if": "write `if:condition → /command`",
    "fi": "`if:` ends with its line",
    "else": _ELSE,
    "elif": _ELIF,
    "case": _CASE,
    "match": _CASE,
    "switch": _CASE,
    "esac": "`case:` ends with its last branch",
    **dict.fromkeys(("do", "done", "("), _GROUP),
    **dict.fromkeys(("[", "[["), _IF),
    **dict.fromkeys(("for", "foreach"), _EACH),
    **dict.fromkeys(("while", "until"), _AGAIN),
    "parallel": _FORK,
    "wait": _WAIT,
    **dict.fromkeys(("export", "set", "let", "var", "const", "local"), _SET),
    **dict.fromkeys(("def", "function"), _DEFINE),
    **dict.fromkeys(("import", "from", "source", "include"), _USE),
    **dict.fromkeys(("exit", "return", "raise", "throw"), _END),
    **dict.fromkeys(("not", "!"), _OUTCOME),
    **dict.fromkeys(("run", "deps", "outs", "metrics"), _FIELD),
    "except": _CATCH,
    **dict.fromkeys(("on_error", "on_fail"), "write `on_failure → /command`"),
    **dict.fromkeys(("on_end", "always", "trap"), _ALWAYS),
    "---": _STEPS,
    "{}": "an empty group is `{ }`",
}
_NAMES = frozenset(
    (
        *("retry", "timeout", "fork", "sweep", "droid", "state", "context", "try", "target"),
        *("catch", "finally", "use", "on", "define"),
    )
)
"""Directives, without the colon that makes them ones."""
_BEHIND: Mapping[str, str] = {
    "is": "`==` compares: `$a == $b`",
    ":": "an arrow stands before what to run: `if:$ok → /a`",
    "?": "an `if:` chooses: `if:$ok → { $x = 1 } → { $x = 2 }`",
    "{": "an arrow stands before what to run: `if:$ok → { /a ; /b }`",
    "contains": '`in` looks into texts and lists: `"a" in $x`',
}
"""What is written behind a condition or a value elsewhere."""
_PROGRAMS = (
    *("python3?", "pip", "uv", "conda", "make", "(?:ba)?sh", "git", "docker", "sudo", "cd", "cp"),
    *(
        "mv",
        "rm",
        "mkdir",
        "ls",
        "cat",
        "grep",
        "sed",
        "tee",
        "curl",
        "nohup",
        "env",
        "find",
        "dvc",
    ),
)
_SHAPES: Mapping[str, str] = {
    r"\$\w+(?:\+\+|--)$": "write `$x = $x + 1`",
    r"\$": "`$name = …` sets a variable, `/echo $name` shows it",
    r"[({\[]": "a group stands in braces, with spaces: `{ /a ; /b }`",
    r"!": _OUTCOME,
    r"\w+\(\):?$": _DEFINE,
    r"\w+\(": _SPACED,
    r"--$": _COMMENT,
    r"(?:[-*+•]|\d+[.)])$": _LINES,
    r"```": "what stands between the fences is the file",
    rf"\.\.?/|(?:{'|'.join(_PROGRAMS)})$": "programs start in the `run` line of a `define:`",
}
DIRECTIVES: Mapping[str, str] = {
    "else": _ELSE,
    "elif": _ELIF,
    "then": _IF,
    "except": _CATCH,
    "run": f"write the command itself; {_FIELD}",
    **dict.fromkeys(("cmd", "deps", "outs", "metrics", "params", "env", "wdir", "desc"), _FIELD),
    "name": "a workflow is called as its file is: delete this line",
    "needs": "steps run in the order of their lines: delete this line",
    **dict.fromkeys(("steps", "jobs", "stages"), _STEPS),
    "for": _EACH,
    "while": _AGAIN,
    **dict.fromkeys(("switch", "match"), _CASE),
    **dict.fromkeys(("import", "include"), _USE),
    "barrier": "it has no colon: `barrier → /a`",
    **{name: f"it has no colon: `{name} → /a`" for name in _HANDLERS},
    "parallel": _FORK,
    "ssh": "write `target:ssh:NAME → /a`",
}
"""What is written here in place of the directives and keys of other languages."""

EVENTS: Mapping[str, str] = {
    **dict.fromkeys(("push", "pull_request"), "commit"),
    **dict.fromkeys(("cron", "timer"), "schedule"),
    "workflow_dispatch": "manual",
}
"""What other systems call what starts a run."""

TYPES: Mapping[str, str] = {
    "string": "str",
    "integer": "int",
    **dict.fromkeys(("number", "double"), "float"),
    "boolean": "bool",
    **dict.fromkeys(("file", "dir"), "path"),
}
"""What other languages call the types of parameters."""

CONSTANTS: Mapping[str, str] = {"none": "null", "nil": "null", "true": "true", "false": "false"}
"""Constants as other languages spell them, in lower case."""

_ASSIGNMENT = (
    r"(?>(?:(?:export|let|var|const|local|declare|readonly|set)[ \t]++)?)"
    r"\$?(?P<name>[A-Za-z_][A-Za-z0-9_]*+)[ \t]*+(?P<change>[:+*/-]?)=(?![=>~])"
)
_SETS = r"set[ \t]++[-+]"
_ITEM_OF_FIELDS = r"-[ \t]++\w++[ \t]*+(?:→|->)"
_LITERAL = r"[ \t]*+(-?\d[\d.]*|true|false|'[^'\n]*'|\"[^\"\n]*\")(?=[\s;]|\Z)"
_BARE = r"[ \t]*+([\w./-]+)(?=[\s;]|\Z)"
_COMPARISON = r"[=!]==|<>|=[<>~]|=(?!=)"
_COMPARISONS = {"=": "==", "<>": "!=", "=<": "<=", "=>": ">=", "=~": "matches"}
_VALUES = {
    "$((": "calculate in an expression: `$x = $a + 1`",
    **dict.fromkeys(("$(", "`"), "the output of a command is its result: `$x = /command`"),
    "{": 'an object comes from a file: `read("values.json")`',
}


def not_a_unit(text: str, start: int, end: int) -> tuple[str, str]:
    """Return message and hint for a word of ``text`` that stands where a command should."""
    word = text[start:end]
    if hidden := next((c for c in word if not c.isprintable() and not c.isspace()), None):
        return f"character U+{ord(hidden):04X} is not allowed here", "delete it: it is not seen"
    if word.startswith(("//", "/*")):
        return f"`{word}` is no command's name", _COMMENT
    if word.startswith("/"):
        message = f"`{word}` is no command's name"
        if "(" in word:
            return message, _SPACED
        return message, "a name has letters, digits, `_` and `-`, its parts are joined by `:`"
    message = f"expected a command, found `{word}`"
    if re.compile(_SETS).match(text, start):
        return message, _STRICT
    if re.compile(_ITEM_OF_FIELDS).match(text, start):
        return message, _FIELD
    return message, lookalike(word) or branch_mark(word) or _instead_of(word)


def _instead_of(word: str) -> str:
    """Return what to write in place of ``word``, which is no command."""
    if hint := _WORDS.get(word):
        return hint
    name = word.partition("(")[0]
    if name in _NAMES:
        return f"a colon follows its name: `{name}:`"
    if close := nearest(word, _HANDLERS):
        return f"did you mean `{close}`?"
    for shape, hint in _SHAPES.items():
        if re.match(shape, word):
            return hint
    return f"a command begins with a slash: `/{_bare(word)}`"


def assignment(text: str, at: int) -> re.Match[str] | None:
    """Match a variable that is set as it is elsewhere: ``x=1``, ``export X=1``, ``let x = 1``, ``x := 1``."""
    return _match(_ASSIGNMENT, text, at)


def assigned(match: re.Match[str]) -> str:
    """Return how a match of `assignment` is written here."""
    name, change = match["name"], match["change"]
    before = "" if change in {"", ":"} else f"${name} {change} "
    return f"write `${name} = {before}{_value(match.string, match.end())}`"


def _value(text: str, at: int) -> str:
    """Return the simple value that stands in ``text`` there, as it is written here."""
    literal, word = _match(_LITERAL, text, at), _match(_BARE, text, at)
    return literal[1] if literal else f'"{word[1]}"' if word else "…"


def stream(text: str, at: int) -> re.Match[str] | None:
    """Match a shell's redirect of one stream: ``2>``, ``2>&1``."""
    return _match(_STREAM, text, at)


def here_document(text: str, at: int) -> re.Match[str] | None:
    """Match a shell's text up to a word: ``<< EOF``."""
    return _match(_HERE_DOCUMENT, text, at)


def behind(text: str, at: int) -> str | None:
    """Return a hint for what stands in ``text`` where a statement has ended, or None."""
    word = _match(r"\w+|\S", text, at)
    if text.startswith("/", at):
        return "join two commands by `→`, `&&` or `;`"
    return (_BEHIND.get(word[0]) or _WORDS.get(word[0])) if word else None


def comparison(text: str, at: int) -> tuple[str, str] | None:
    """Return the comparison of another language that stands in ``text`` there, and a hint."""
    match = _match(_COMPARISON, text, at)
    if match is None:
        return None
    mended = _COMPARISONS.get(match[0], match[0][:2])
    return match[0], f"`{mended}` compares: `$a {mended} $b`"


def no_value(text: str, at: int) -> str | None:
    """Return a hint for what stands in ``text`` where a value should, or None."""
    if text.startswith("${{", max(0, at - 2)):
        return "one pair of braces is enough: `${name}`"
    return next((hint for start, hint in _VALUES.items() if text.startswith(start, at)), None)


def no_end(text: str, at: int) -> str | None:
    """Return a hint for what stands in ``text`` where the brace of a ``${`` should, or None."""
    return "`${x ?? 1}` is 1 where `$x` is not set" if text.startswith(":", at) else None


def _bare(word: str) -> str:
    match = re.match(r"\w[\w-]*", word)
    return match[0] if match else "command"


def _match(pattern: str, text: str, at: int) -> re.Match[str] | None:
    return re.compile(pattern).match(text, at)
