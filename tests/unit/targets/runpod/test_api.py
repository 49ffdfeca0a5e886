"""The client against the emulator: each refusal, each page, each wait; and a key that nobody gets to see."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from tests.emulator.account import API_KEY

from gitwf.targets.runpod.api.client import Client
from gitwf.targets.runpod.api.errors import ApiError, Move, UnansweredError, rule_of
from gitwf.targets.runpod.api.pace import Pace, rest_of
from gitwf.targets.runpod.api.transport import Transport

if TYPE_CHECKING:
    from tests.emulator.fixture import MakeEmulator
    from tests.emulator.process import Emulator

GPU = "NVIDIA GeForce RTX 4090"
REQUEST: dict[str, object] = {
    "name": "wf-a",
    "image": "runpod/pytorch:1.0.2-cu1281-torch280-ubuntu2404",
    "cloud": "SECURE",
    "gpu": {"id": GPU, "count": 1},
    "disk": 20,
    "ports": ["22/tcp"],
}
NONE_LEFT = (
    "RunPod answers 400 (There are no longer any instances available with the requested specifications. "
    "Please refresh and try again)"
)


Connect = Callable[..., Client]


@pytest.fixture
def client() -> Iterator[Connect]:
    """Connect to an emulator, with its key or another."""
    opened: list[Transport] = []

    def connect(url: str, key: str = API_KEY) -> Client:
        opened.append(Transport(key, url))
        return Client(opened[-1])

    yield connect
    for transport in opened:
        transport.close()


@pytest.mark.parametrize(
    ("status", "move"),
    [
        (400, Move.NEXT),
        (401, Move.STOP),
        (402, Move.STOP),
        (403, Move.NEXT),
        (404, Move.GONE),
        (409, Move.GONE),
        (410, Move.STOP),
        (413, Move.STOP),
        (418, Move.STOP),
        (422, Move.STOP),
        (429, Move.WAIT),
        (500, Move.AGAIN),
        (503, Move.AGAIN),
    ],
)
def test_what_is_done_about_a_refusal(status: int, move: Move) -> None:
    assert rule_of(status).move is move
    assert ApiError(status, "why").move is move


def test_a_pod_from_its_making_to_its_end(emulator: Emulator, client: Connect) -> None:
    runpod = client(emulator.url)
    made = runpod.create(REQUEST)
    assert (made.name, made.status, str(made.cost), made.address) == (
        "wf-a",
        "PROVISIONING",
        "0.44",
        None,
    )
    emulator.advance(80)
    (pod,) = runpod.pods().pods
    assert pod.status == "RUNNING"
    assert pod.address is not None
    assert pod.address.username == "root"
    end = runpod.terminate(pod.id)
    assert end.was_there
    emulator.advance(60)
    assert runpod.pods().pods == ()
    assert runpod.pod(pod.id) is None
    again = runpod.terminate(pod.id)
    assert (again.was_there, again.date) == (False, runpod.pods().date)
    billed = runpod.billed(pod.id, made.created_at)
    assert billed is not None
    assert round(billed * 100) == emulator.ledger()["cents"]


def test_both_forms_of_the_list(make_emulator: MakeEmulator, client: Connect) -> None:
    for dialect in ("published", "live"):
        emulator = make_emulator("--speed", "0", "--limit-scale", "0", "--dialect", dialect)
        runpod = client(emulator.url)
        names = [f"wf-{number}" for number in range(5)]
        for name in names:
            runpod.create({**REQUEST, "name": name})
        assert [pod.name for pod in runpod.pods().pods] == names


REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "401": (
        {"status": 401, "detail": "invalid bearer token"},
        (
            "RunPod answers 401 (invalid bearer token): make a key at https://console.runpod.io/user/settings, "
            "`export RUNPOD_API_KEY=…`"
        ),
    ),
    "402": (
        {"status": 402, "detail": "insufficient balance"},
        (
            "RunPod answers 402 (insufficient balance): put credit for an hour at least on the account: "
            "https://console.runpod.io/user/billing"
        ),
    ),
    "403": (
        {"status": 403, "detail": "access denied"},
        "RunPod answers 403 (access denied): the key may not do this: give it leave to read and write pods",
    ),
}


@pytest.mark.parametrize(("fault", "message"), REFUSED.values(), ids=REFUSED)
def test_words_for_people(
    emulator: Emulator, client: Connect, fault: dict[str, object], message: str
) -> None:
    emulator.fail("answer", where={"operation": "createPod"}, **fault)
    with pytest.raises(ApiError) as caught:
        client(emulator.url).create(REQUEST)
    assert str(caught.value) == message


def test_an_unknown_field_is_named(emulator: Emulator, client: Connect) -> None:
    with pytest.raises(ApiError) as caught:
        client(emulator.url).create({**REQUEST, "spot": True})
    assert caught.value.move is Move.STOP
    assert "'spot'" in str(caught.value)


def test_no_capacity_is_for_the_next_candidate(emulator: Emulator, client: Connect) -> None:
    emulator.fail("no_capacity")
    with pytest.raises(ApiError) as caught:
        client(emulator.url).create(REQUEST)
    assert (str(caught.value), caught.value.move) == (NONE_LEFT, Move.NEXT)


def test_what_may_be_repeated_is(emulator: Emulator, client: Connect) -> None:
    for fault in ("dropped", "lost"):
        emulator.fail(fault, where={"operation": "listPods"})
    emulator.fail("answer", where={"operation": "listPods"}, status=503)
    assert client(emulator.url).pods().pods == ()


def test_a_create_whose_answer_is_lost_is_not_repeated(emulator: Emulator, client: Connect) -> None:
    emulator.fail("lost", where={"operation": "createPod"})
    with pytest.raises(UnansweredError) as caught:
        client(emulator.url).create(REQUEST)
    assert caught.value.move is Move.AGAIN
    assert len(emulator.pods()) == 1


def test_it_waits_as_long_as_it_is_told(emulator: Emulator, client: Connect) -> None:
    emulator.fail("answer", where={"operation": "createPod"}, status=429, retryAfter=1)
    begun = time.monotonic()
    client(emulator.url).create(REQUEST)
    assert time.monotonic() - begun >= 1
    assert len(emulator.pods()) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0.0),
        ("nonsense", 0.0),
        ('"minute";r=3;t=12, "hour";r=2800;t=1812', 0.0),
        ('"minute";r=0;t=12, "hour";r=2800;t=1812', 12.0),
        ('"minute";r=0;t=12, "hour";r=0;t=1812', 1812.0),
    ],
)
def test_how_long_to_rest(header: str | None, seconds: float) -> None:
    assert rest_of(header) == seconds


def test_the_pace_holds_back_and_never_for_more_than_a_minute() -> None:
    slept: list[float] = []
    pace = Pace(now=lambda: 100.0, sleep=slept.append)
    pace.wait()
    pace.heed(12)
    pace.heed(3)
    pace.wait()
    pace.heed(1812)
    pace.wait()
    assert slept == [12.0, 60.0]


def test_the_key_is_in_no_message(emulator: Emulator, client: Connect) -> None:
    for problem in (
        client(emulator.url, "rpa_WRONG"),
        client("http://127.0.0.1:9", "rpa_WRONG"),
    ):
        with pytest.raises(ApiError) as caught:
            problem.create(REQUEST)
        assert "rpa_WRONG" not in f"{caught.value!r} {caught.value}"
    assert "rpa_WRONG" not in repr(vars(client(emulator.url, "rpa_WRONG")))
