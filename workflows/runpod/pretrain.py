"""Pre-train an encoder without labels: windows are warped in time, a part of each is hidden, and it has to fill that in."""

import sys
from pathlib import Path

import numpy as np
import yaml

from network import fit, layers

SAMPLES, HIDDEN_PART = 2000, 0.25


def warped(windows: np.ndarray, sigma: float, dice: np.random.Generator) -> np.ndarray:
    """Return windows of which each is read at a pace that varies by ``sigma``."""
    length = windows.shape[1]
    pace = np.maximum(0.05, dice.normal(1, sigma, windows.shape)).cumsum(axis=1)
    places = (pace - pace[:, :1]) / (pace[:, -1:] - pace[:, :1]) * (length - 1)
    return np.stack([np.interp(at, np.arange(length), row) for at, row in zip(places, windows)])


def main() -> None:
    sigma, hidden, depth, epochs, out = sys.argv[1:]
    dice = np.random.default_rng(yaml.safe_load(Path("params.yaml").read_text())["seed"])
    windows = np.loadtxt("data/train.csv", delimiter=",")[:, 1:]
    whole = warped(windows[dice.integers(len(windows), size=SAMPLES)], float(sigma), dice)
    masked = np.where(dice.random(whole.shape) < HIDDEN_PART, 0.0, whole)
    length = whole.shape[1]
    fresh = layers([length, *[int(hidden)] * int(depth), length], dice)
    trained = fit(fresh, (masked, whole), lambda filled, wanted: filled - wanted, int(epochs), dice)
    Path(out).parent.mkdir(exist_ok=True)
    np.savez(out, *trained[:-1])
    print(f"pre-trained {depth} × {hidden} on {SAMPLES} windows for {epochs} epochs")


if __name__ == "__main__":
    main()
