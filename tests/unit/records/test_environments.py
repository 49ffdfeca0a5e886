"""Environments: a history of deployments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitwf.records.environments import Deployment, Environments
from gitwf.records.event import EnvironmentChanged
from gitwf.records.runs import Runs, Snapshot
from gitwf.repo.errors import RepositoryError

if TYPE_CHECKING:
    from tests.conftest import Folder, TestClock
    from tests.unit.records.conftest import Begin

    from gitwf.records.fold import RunRecord
    from gitwf.repo.repository import Repository


class Deployer:
    """Makes runs and deploys them."""

    def __init__(self, repository: Repository, clock: TestClock, begin: Begin) -> None:
        self.environments = Environments(repository, clock)
        self._runs = Runs(repository, clock)
        self._begin = begin

    def run(self, *changed: str) -> tuple[RunRecord, str]:
        history = self._begin()
        for env in changed:
            history.add(EnvironmentChanged(env, None, history.commit))
        tip = self._runs.write(Snapshot(history.run, history.commit, history.events, b"{}"), None)
        return self._runs.read(history.run), tip

    def deploy(self, env: str) -> Deployment:
        return self.environments.change(env, *self.run())


@pytest.fixture
def deployer(repository: Repository, clock: TestClock, begin: Begin) -> Deployer:
    return Deployer(repository, clock, begin)


def test_an_environment_that_never_was(deployer: Deployer) -> None:
    assert deployer.environments.current("production") is None
    assert deployer.environments.history("production") == []
    assert deployer.environments.all() == {}


def test_a_change(folder: Folder, deployer: Deployer) -> None:
    run, tip = deployer.run()
    made = deployer.environments.change("production", run, tip)
    assert made == Deployment(
        env="production",
        run=run.run,
        workflow="workflows/train.wf",
        commit=run.commit,
        branch="main",
        key="k1",
        previous=None,
        at=made.at,
    )
    assert deployer.environments.current("production") == made
    ref = "refs/wf/env/production"
    assert folder.git("show", f"{ref}:.wf/run.json") == folder.git("show", f"{tip}:.wf/run.json")
    assert folder.git("show", "-s", "--format=%s", ref) == (
        f"production: workflows/train.wf at {run.commit[:10]}"
    )


def test_history_is_newest_first(folder: Folder, deployer: Deployer) -> None:
    made = [deployer.deploy("production") for _ in range(3)]
    assert deployer.environments.history("production") == made[::-1]
    assert [m.previous for m in made] == [None, made[0].run, made[1].run]
    assert folder.git("rev-list", "--count", "refs/wf/env/production") == "3"


def test_environments_are_apart(deployer: Deployer) -> None:
    made = {env: deployer.deploy(env) for env in ("eu-1", "production", "s.t_g")}
    assert deployer.environments.all() == made


def test_the_same_change_again_changes_nothing(folder: Folder, deployer: Deployer) -> None:
    run, tip = deployer.run("production")
    first = deployer.environments.change("production", run, tip)
    assert first.at == run.envs[0].since
    last = deployer.deploy("production")
    assert deployer.environments.change("production", run, tip) == first
    assert deployer.environments.current("production") == last
    assert folder.git("rev-list", "--count", "refs/wf/env/production") == "2"


@pytest.mark.parametrize(
    "name", ["", "Prod", "a/b", ".a", "a..b", "a.lock", "a.", "a b", "-a", "ü"]
)
def test_names_that_are_none(deployer: Deployer, name: str) -> None:
    with pytest.raises(RepositoryError) as caught:
        deployer.deploy(name)
    assert caught.value.message == f"`{name}` is no name of an environment"
