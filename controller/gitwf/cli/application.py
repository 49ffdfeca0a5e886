"""The commands as a typer application: it words the help, and what is wrong with a command line."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from gitwf import __version__
from gitwf.cli.commands import COMMANDS, command_of
from gitwf.cli.edge import INTERRUPTED, NOT_DONE, OK, say
from gitwf.cli.parameter import Command, Option, Parameter, parameters
from gitwf.diagnostics import nearest


def main(words: Sequence[str]) -> int:
    """Run the command that ``words`` name and return its exit status."""
    wanted = words[:1] if words and words[0] in COMMANDS else COMMANDS
    app = application(wanted)
    if not words:
        app(["--help"], prog_name="git wf", standalone_mode=False)
        return NOT_DONE
    try:
        status = app(list(words), prog_name="git wf", standalone_mode=False)
    except typer.Abort:
        return INTERRUPTED
    except typer.TyperException as error:
        say(f"git-wf: {_message(words, error)}", f"  {_way_out(words)}")
        return NOT_DONE
    return status if isinstance(status, int) else OK


def _message(words: Sequence[str], error: typer.TyperException) -> str:
    if words[0] not in COMMANDS and not words[0].startswith("-"):
        return f"there is no command `{words[0]}`"
    return error.format_message().rstrip(".").replace("'", "`")


def _way_out(words: Sequence[str]) -> str:
    if words[0] in COMMANDS:
        return f"`git wf {words[0]} -h` says more"
    meant = nearest(words[0], COMMANDS)
    return f"did you mean `git wf {meant}`?" if meant else "`git wf -h` lists the commands"


def application(commands: Sequence[str]) -> typer.Typer:
    """Return the application with these of its commands."""
    app = typer.Typer(
        help="Workflows for machine learning that live in git.",
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_version)
    for name in commands:
        app.command(name)(typed(command_of(name)))
    return app


def typed(command: Command) -> Command:
    """Return ``command`` with the signature that typer reads."""

    def called(**arguments: object) -> int:
        return command(**arguments)

    called.__doc__ = command.__doc__
    vars(called)["__signature__"] = inspect.Signature([_spelled(p) for p in parameters(command)])
    return called


def _spelled(parameter: Parameter) -> inspect.Parameter:
    how, default = parameter.how, parameter.default
    info = (
        typer.Option(default, *how.names, help=how.help, metavar=how.metavar, min=how.least)
        if isinstance(how, Option)
        else typer.Argument(default, help=how.help, metavar=how.metavar)
    )
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(parameter.name, kind, default=info, annotation=parameter.annotation)


def _version(
    version: Annotated[bool, typer.Option("--version", "-V", help="Print the version.")] = False,
) -> None:
    if version:
        sys.stdout.write(f"git-wf {__version__}\n")
