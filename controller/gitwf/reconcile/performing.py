"""Does what was decided in threads, so that looking goes on: one run at a time for each place."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable

import msgspec

from gitwf.engine.unit.stop import Stop
from gitwf.reconcile.actions import Action, Adopt, Cancel, Resume, Start
from gitwf.reconcile.apply import Applier, Done, Part
from gitwf.reconcile.desired import Asked
from gitwf.reconcile.standing import Standing
from gitwf.records.fold import RunRecord
from gitwf.repo.errors import RepositoryError

log = logging.getLogger(__name__)

Place = tuple[str, str]
"""Where one run at a time is played: a branch, a tag or a run of neither; and a workflow."""


class Report(msgspec.Struct, frozen=True):
    """What a pass came to: the runs that it ended, the refusals that it wrote, what went wrong.

    ``watched`` are the branches that it looked at; ``unwatched`` is why there was none. ``standings`` are
    the workflows that are not done for the heads of those.
    """

    ended: tuple[RunRecord, ...] = ()
    refused: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    watched: tuple[str, ...] = ()
    unwatched: str = ""
    standings: tuple[Standing, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether no run failed, none was refused, nothing went wrong, and all is done that is to be done now."""
        return (
            not self.refused
            and not self.problems
            and all(r.status == "succeeded" for r in self.ended if not r.dirty)
            and all(standing.is_meant for standing in self.standings)
        )


class Performer:
    """Applies actions; ``stop`` stops all runs, ``due`` is set whenever one has ended."""

    def __init__(self, applier: Applier, stop: Stop, due: threading.Event) -> None:
        self._applier = applier
        self._stop = stop
        self._due = due
        self._lock = threading.Lock()
        self._playing: dict[Place, Part] = {}
        self._stuck: set[Place] = set()
        self._done: list[Done] = []

    @property
    def is_playing(self) -> bool:
        """Whether runs are being played."""
        return bool(self._playing)

    @property
    def is_stuck(self) -> bool:
        """Whether anything has gone wrong since the last report."""
        return any(done.problem for done in self._done)

    def is_busy(self, where: str) -> bool:
        """Whether a run of this branch or tag is being played."""
        return any(at == where for at, _ in self._playing)

    def forget(self) -> None:
        """Try again what could not be played."""
        self._stuck.clear()

    def begin(self, action: Action, where: str, asked: Asked | None = None) -> bool:
        """Begin an action; return false where a run is being played at that place already.

        Nor is it begun where the last one could not be played (a full disk): not again at once.
        """
        if isinstance(action, Cancel):
            return self._supersede(action, (where, action.workflow))
        if isinstance(action, Start | Resume | Adopt):
            return self._play(action, (where, action.workflow), asked)
        self.finish(self._applied(action, where, asked))
        return True

    def finish(self, done: Done, place: Place | None = None) -> None:
        """Note what became of something; a run that was played at ``place`` has ended."""
        with self._lock:
            self._done.append(done)
            if place is None:
                return
            self._playing.pop(place, None)
            if done.problem:
                self._stuck.add(place)
        self._due.set()

    def report(self) -> Report:
        """Return what was done since the last report."""
        with self._lock:
            done, self._done = self._done, []
        return _report(done)

    def _play(self, action: Start | Resume | Adopt, place: Place, asked: Asked | None) -> bool:
        with self._lock:
            if place in self._playing or place in self._stuck:
                return False
            part = self._playing[place] = Part(Stop())

        def play() -> None:
            with self._stop.listening(lambda: part.stop.follow(self._stop)):
                self.finish(self._applied(action, place[0], asked, part), place)

        threading.Thread(target=play, name=f"git-wf {action.workflow}", daemon=True).start()
        return True

    def _supersede(self, action: Cancel, place: Place) -> bool:
        """Have a run stopped that is played here; its end calls for another look."""
        part = self._playing.get(place)
        if part is None or part.is_superseded:
            return False
        part.is_superseded = True
        stopping = threading.Thread(target=part.supersede, args=(action.commit,), daemon=True)
        stopping.start()
        return True

    def _applied(
        self, action: Action, where: str, asked: Asked | None, part: Part | None = None
    ) -> Done:
        """Apply one action; whatever goes wrong with it stops no other."""
        try:
            return self._applier.apply(action, asked, part)
        except RepositoryError as error:
            return Done(problem=str(error))
        except Exception as error:
            log.exception("cannot apply %s", action)
            return Done(problem=bug(f"a run for `{where}`", error))


def bug(what: str, error: Exception) -> str:
    """Return how people are told of an error that should not be."""
    return f"{what}: unexpected {type(error).__name__}; the log has its traceback"


def _report(done: Iterable[Done]) -> Report:
    done = list(done)
    return Report(
        tuple(d.record for d in done if d.record),
        tuple(d.refused for d in done if d.refused),
        tuple(d.problem for d in done if d.problem),
    )
