"""Plays errands: has agents begin, looks at what they have done, and merges it.

Everything is known from files and refs, so that it can be asked for again after a crash.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

from gitwf.config.settings import Settings
from gitwf.droids.adapter import Program, limits, program_of
from gitwf.droids.argv import TemplateError, fill, places
from gitwf.droids.check import LIMITS, unheld
from gitwf.droids.document import Document, parse
from gitwf.droids.environment import credentials_in, environment_of
from gitwf.droids.merge import Merge
from gitwf.droids.prompt import as_it_stands, expand
from gitwf.droids.report import Report, read
from gitwf.droids.site import Site
from gitwf.droids.verdict import Evidence, Rules, fault_of
from gitwf.language.value import Value
from gitwf.plan.errand import Deed, Errand, ErrandError, Launch
from gitwf.plan.needs import of_droid
from gitwf.plan.plan import Plan
from gitwf.repo import disk
from gitwf.repo.content import Conversions
from gitwf.repo.repository import Repository


class Agents:
    """The agents that one run hands work to. ``environment`` is the controller's own."""

    def __init__(
        self,
        repository: Repository,
        plan: Plan,
        settings: Settings,
        environment: Mapping[str, str],
    ) -> None:
        self._repository = repository
        self._plan = plan
        self._settings = settings
        self._environment = environment

    @property
    def limits(self) -> Mapping[str, float]:
        """How many agents may be at work at once, over all runs."""
        return limits(self._settings)

    def begin(self, errand: Errand) -> Launch:
        """Return the process that does ``errand``, its worktree laid out.

        Raises:
            ErrandError: if it cannot be begun.
            RepositoryError: if git cannot make its worktree.
        """
        agent, program = self._agent(errand), self._program(errand)
        _refuse_limits(errand, program)
        site = self._site(errand)
        author = author_of(errand.agent)
        environment = environment_of(self._environment, program.env, author)
        try:
            argv = fill(program.command, self._values(errand, agent, program, site))
        except TemplateError as error:
            raise ErrandError("start", str(error)) from None
        if not site.is_begun and shutil.which(argv[0], path=environment.get("PATH")) is None:
            raise ErrandError("start", _missing(argv[0]))
        site.lay_out(self._base(errand, site))
        return Launch(
            argv,
            str(site.tree),
            environment,
            credentials_in(environment),
            errand.timeout or program.timeout,
            of_droid(errand.agent),
        )

    def end(self, errand: Errand, printed: str, *, ended_well: bool) -> Deed:
        """Return what an agent did that has ended and ``printed`` so much.

        Whatever became of it, its work is on its branch.

        Raises:
            RepositoryError: if git cannot collect its work.
        """
        agent, program, site = self._agent(errand), self._program(errand), self._site(errand)
        files = self._files(errand, agent)
        site.collect(author_of(errand.agent), files or (), program.litter)
        evidence, report = site.evidence(), read(printed, program.reads)
        rules = Rules(program.protected, errand.allow, files)
        return Deed(
            _result(site, evidence, report),
            self._record(errand, agent, program, report),
            fault_of(report, evidence, rules) if ended_well else None,
            report.problem if report.session else None,
        )

    def merge(self, errand: Errand) -> str:
        """Merge what was collected into the branch of the run; return the commit that it is in.

        Raises:
            ErrandError: if it cannot be merged; the branch of the agent is kept.
            RepositoryError: if git cannot.
        """
        site = self._site(errand)
        head = site.head or site.base
        merging = Merge(self._repository, errand, head, site.branch, site.folder)
        merged = merging.make(author_of(errand.agent))
        disk.replace(site.folder.parent / "merged", merged.encode())
        return merged

    def close(self, errand: Errand) -> None:
        """Remove the worktree of an errand that has ended."""
        self._site(errand).clear()

    def _site(self, errand: Errand) -> Site:
        asked, remote = self._settings.workspace, self._settings.controller.remote
        return Site(self._repository, errand, asked.link, Conversions(asked.filters, remote))

    def _base(self, errand: Errand, site: Site) -> str:
        """Return where the agent begins: at the run's commit, or at what the run has merged since."""
        merged = site.folder.parent / "merged"
        return merged.read_text().strip() if merged.exists() else errand.commit

    def _agent(self, errand: Errand) -> Document:
        return parse(self._plan.agents[errand.agent].text)

    def _program(self, errand: Errand) -> Program:
        return program_of(errand.agent, self._plan.agents[errand.agent].path, self._settings)

    def _prompt(self, errand: Errand) -> Document:
        page = self._plan.prompts.get(errand.command)
        if page is None:
            return Document({}, as_it_stands(errand.command, errand.words))
        document = parse(page.text)
        return Document(document.head, expand(document.body, errand.words))

    def _files(self, errand: Errand, agent: Document) -> tuple[str, ...] | None:
        """Return the files that the prompt, or else the agent, is to write; None: neither says."""
        files = self._prompt(errand).names("files")
        files = agent.names("files") if files is None else files
        return None if files is None else tuple(expand_path(f, errand.words) for f in files)

    def _values(
        self, errand: Errand, agent: Document, program: Program, site: Site
    ) -> dict[str, str | None]:
        """Return what stands for the places of a command; the files among them are written."""
        prompt, system = self._prompt(errand).body, agent.body or None
        tools = agent.names("tools")
        return {
            "prompt": prompt,
            "prompt_file": _written(site.folder / "prompt.md", prompt),
            "system": system,
            "system_file": _written(site.folder / "system.md", system) if system else None,
            "instructions": f"{system}\n\n{prompt}" if system else prompt,
            "model": program.model or agent.model or program.default_model,
            "tools": ",".join(tools) if tools else None,
            "cwd": str(site.tree),
            "turns": errand.turns,
            "budget": errand.budget,
            "agent": errand.agent,
            "branch": site.branch,
        }

    def _record(
        self, errand: Errand, agent: Document, program: Program, report: Report
    ) -> dict[str, Value]:
        site, prompt = self._site(errand), self._prompt(errand).body
        model = program.model or agent.model or program.default_model
        return {
            "agent": errand.agent,
            "program": Path(str(program.command[0])).name if program.command else "",
            "model": report.model or model,
            "session": report.session,
            "cost": report.cost,
            "turns": report.turns,
            "prompt": hashlib.sha256(prompt.encode()).hexdigest(),
            "branch": site.branch,
            "base": site.base,
            "head": site.head,
        }


def author_of(agent: str) -> tuple[str, str]:
    """Return who the commits of an agent are by: a name, and an address that leads nowhere."""
    return agent, f"{agent}@git-wf.localhost"


def expand_path(path: str, words: tuple[str, ...]) -> str:
    """Return the path of a file to be written, with the arguments of the prompt put in."""
    return expand(path, words).partition("\n")[0]


def _refuse_limits(errand: Errand, program: Program) -> None:
    """Refuse a limit that would hold nothing; the checker has seen those that are written down."""
    for name in LIMITS:
        if getattr(errand, name) is not None and name not in places(program.command):
            raise ErrandError("start", unheld(name, program))


def _missing(program: str) -> str:
    settings = "say in `[droid]` of `wf.toml` whose program it is"
    return f"there is no program `{program}` on the PATH; install it, or {settings}"


def _result(site: Site, evidence: Evidence, report: Report) -> Value:
    return {
        "branch": site.branch,
        "commits": list(evidence.commits),
        "files": list(evidence.files),
        "output": report.answer,
    }


def _written(path: Path, text: str) -> str:
    disk.replace(path, text.encode("utf-8", "surrogateescape"))
    return str(path)
