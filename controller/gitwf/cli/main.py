"""The typer application: each command parses its words, calls `app`, prints, returns a status."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from gitwf import __version__
from gitwf.app.session import Session
from gitwf.cli.edge import INTERRUPTED, NO, NOT_DONE, OK, say

app = typer.Typer(
    name="git wf",
    help="Workflows for machine learning that live in git.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Branches = Annotated[
    list[str] | None, typer.Option("--branch", help="Watch this branch (a glob) instead.")
]


def main(words: Sequence[str]) -> int:
    """Run the command that ``words`` name and return its exit status."""
    import click

    try:
        status = app(list(words), prog_name="git wf", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        say(error.format_message())
        return NOT_DONE
    except click.UsageError as error:
        say(f"git-wf: {error.format_message()}", "  `git wf --help` lists the commands")
        return NOT_DONE
    except click.exceptions.Abort:
        return INTERRUPTED
    return status if isinstance(status, int) else OK


def session() -> Session:
    """Return where the user stands."""
    return Session(Path.cwd(), dict(os.environ))


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", "-V", help="Print the version.")] = False,
) -> None:
    if version:
        sys.stdout.write(f"git-wf {__version__}\n")


@app.command()
def init(
    hooks: Annotated[bool, typer.Option("--hooks", help="Install the pre-commit hook.")] = False,
) -> int:
    """Make this repository ready; say what was done."""
    from gitwf.app.init import init as make_ready

    done = make_ready(session(), hooks=hooks)
    say(*(done or ["everything is there already"]))
    return OK


@app.command()
def validate(
    paths: Annotated[list[str] | None, typer.Argument(help="Files; none: all there are.")] = None,
    json: Json = False,
) -> int:
    """Check workflow files."""
    from gitwf.cli.validate import main as check

    return check([*(paths or ()), *(["--json"] if json else [])])


@app.command()
def run(
    file: Annotated[str, typer.Argument(help="A workflow file.")],
    here: Annotated[bool, typer.Option("--here", help="Play the working tree as it is.")] = False,
    effects: Annotated[
        bool, typer.Option("--effects", help="With --here: allow effects on environments.")
    ] = False,
    setting: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Set a variable.")
    ] = None,
    json: Json = False,
) -> int:
    """Run a workflow now: that of HEAD, or the working tree's."""
    from gitwf.cli.run import run as play

    return play(session(), file, here=here, effects=effects, setting=setting or [], json=json)


@app.command()
def reconcile(
    branch: Branches = None,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Return at once if a controller is at work.")
    ] = False,
    json: Json = False,
) -> int:
    """Do what the watched branches ask for and has not been done; return when settled."""
    from gitwf.app.reconcile import reconcile as settle
    from gitwf.cli.progress import listener

    report = settle(session(), branch or (), listener(json=json), wait=not no_wait)
    if report is None:
        say("another controller is at work here: it does what there is to do")
        return OK
    say(*(f"git-wf: {problem}" for problem in report.problems))
    if report.problems:
        return NOT_DONE
    return OK if report.is_good else NO


@app.command()
def controller(branch: Branches = None, json: Json = False) -> int:
    """Reconcile for good: wake on commits, end on SIGTERM."""
    from gitwf.app.reconcile import Wake, control
    from gitwf.cli.progress import listener
    from gitwf.reconcile.loop import Report

    wake = Wake()

    def stop(_number: int, _frame: FrameType | None) -> None:
        wake.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)

    def report(made: Report) -> None:
        say(*(f"git-wf: {problem}" for problem in made.problems))

    playing = control(
        session(), branch or (), listener(json=json), lambda: say("watching"), wake, report
    )
    if playing:
        say("runs go on in their jobs; the next controller takes them up")
        sys.stdout.flush()
        os._exit(OK)  # their threads wait for jobs that outlive this process
    return OK


@app.command()
def status(json: Json = False) -> int:
    """Show branches, runs in progress, refusals and environments."""
    from gitwf.app.status import status as stand
    from gitwf.cli.output import print_json
    from gitwf.cli.views import show_status

    found = stand(session())
    print_json(found) if json else show_status(found)
    return OK


@app.command()
def log(
    branch: Annotated[str | None, typer.Option("--branch", help="Only of this branch.")] = None,
    workflow: Annotated[str | None, typer.Option("--workflow", help="Only of this file.")] = None,
    env: Annotated[
        str | None, typer.Option("--env", help="Only runs that changed this environment.")
    ] = None,
    count: Annotated[int | None, typer.Option("-n", min=1, help="At most so many.")] = None,
    json: Json = False,
) -> int:
    """List runs, newest first."""
    from gitwf.app.history import Filter, log_with_steps
    from gitwf.app.history import log as runs
    from gitwf.cli.output import print_json
    from gitwf.cli.views import show_log

    wanted = Filter(branch, workflow, env, count)
    if json:
        print_json(log_with_steps(session(), wanted))
    else:
        show_log(runs(session(), wanted))
    return OK


@app.command()
def show(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or its beginning.")],
    json: Json = False,
) -> int:
    """Show a run: its steps, results and outs."""
    from gitwf.app.history import show as find
    from gitwf.cli.output import print_json
    from gitwf.cli.views import show_run

    record = find(session(), run)
    print_json(record) if json else show_run(record)
    return OK


@app.command()
def checkout(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or its beginning.")],
    paths: Annotated[list[str] | None, typer.Argument(help="Outs; none: all.")] = None,
) -> int:
    """Bring a run's outs back into the working tree."""
    from gitwf.app.checkout import checkout as bring

    say(*(f"restored `{path}`" for path in bring(session(), run, paths or ())))
    return OK


@app.command()
def sync(
    check: Annotated[bool, typer.Option("--check", help="Only say what differs.")] = False,
) -> int:
    """Write the static stages of the definitions into dvc.yaml."""
    from gitwf.app.sync import sync as bring_up_to_date
    from gitwf.app.validate import Findings
    from gitwf.cli.validate import show as show_findings

    made = bring_up_to_date(session(), check=check)
    if isinstance(made, Findings):
        show_findings(made, json=False)
        return NOT_DONE
    word = "wrote" if made.written else "differs from its definition:"
    say(*(f"{word} stage `{name}`" for name in made.stages))
    return NO if check and made.stages else OK


@app.command()
def demo(
    folder: Annotated[str, typer.Argument(metavar="DIR")] = "digits",
) -> int:
    """Lay out a real little project to try everything on."""
    from gitwf.app.demo import demo as lay_out

    for path in lay_out(session(), folder):
        sys.stdout.write(f"{folder}/{path}\n")
    say(f"now: `cd {folder}`, read README.md there")
    return OK
