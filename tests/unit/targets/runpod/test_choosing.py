"""What is asked for first, and why not for the rest."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gitwf.targets.runpod.api.wire import GpuType, Most, Prices, Stocked
from gitwf.targets.runpod.choosing import Passed, choose
from gitwf.targets.runpod.wish import Wish

ADA = GpuType(
    "NVIDIA GeForce RTX 4090",
    "RTX 4090",
    24,
    Prices(Decimal("0.44"), Decimal("0.31")),
    Most(8, 4),
    "HIGH",
    (Stocked("US-TX-3", "HIGH"), Stocked("EU-RO-1", "NONE")),
)
OLD = GpuType(
    "NVIDIA RTX A5000",
    "RTX A5000",
    24,
    Prices(Decimal("0.25")),
    Most(4),
    "NONE",
    (Stocked("US-TX-3"),),
)
CATALOGUE = {"SECURE": (ADA, OLD), "COMMUNITY": (ADA, OLD)}

CASES: dict[str, tuple[Wish, list[str], list[Passed]]] = {
    "in the order of preference": (
        Wish(("RTX 4090",), clouds=("COMMUNITY", "SECURE")),
        [
            "NVIDIA GeForce RTX 4090, COMMUNITY, $0.31 an hour",
            "NVIDIA GeForce RTX 4090, SECURE, $0.44 an hour",
        ],
        [],
    ),
    "each with its reason": (
        Wish(
            ("NVIDIA RTX A5000", "H100", "nvidia geforce rtx 4090"),
            clouds=("SECURE", "COMMUNITY"),
            count=5,
        ),
        ["5 × NVIDIA GeForce RTX 4090, SECURE, $2.20 an hour"],
        [
            Passed("NVIDIA RTX A5000, SECURE", "a pod has at most 4 of them there, not 5"),
            Passed("NVIDIA RTX A5000, COMMUNITY", "this cloud has none"),
            Passed("H100", "there is no such GPU type"),
            Passed(
                "nvidia geforce rtx 4090, COMMUNITY", "a pod has at most 4 of them there, not 5"
            ),
        ],
    ),
    "a name that is nearly right": (
        Wish(("NVIDIA GeForce RTX 4091",)),
        [],
        [
            Passed(
                "NVIDIA GeForce RTX 4091",
                "there is no such GPU type, did you mean `NVIDIA GeForce RTX 4090`?",
            )
        ],
    ),
    "none is free": (Wish(("RTX A5000",)), [], [Passed("RTX A5000, SECURE", "none is free")]),
    "data centres, each for itself": (
        Wish(("RTX 4090",), data_centers=("EU-RO-1", "US-TX-3")),
        ["NVIDIA GeForce RTX 4090, SECURE, US-TX-3, $0.44 an hour"],
        [Passed("NVIDIA GeForce RTX 4090, SECURE, EU-RO-1", "none is free")],
    ),
}


@pytest.mark.parametrize(("wish", "offers", "passed"), CASES.values(), ids=CASES)
def test_choosing(wish: Wish, offers: list[str], passed: list[Passed]) -> None:
    choice = choose(wish, CATALOGUE)
    assert [offer.words for offer in choice.offers] == offers
    assert list(choice.passed) == passed


def test_without_availability_all_is_offered() -> None:
    prices = {"SECURE": (GpuType(OLD.id, OLD.name, 24, OLD.price, OLD.max_count),)}
    (offer,) = choose(Wish(("RTX A5000",), count=2), prices).offers
    assert offer.price == Decimal("0.50")
