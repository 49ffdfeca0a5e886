"""Make windows of a time series with three kinds of motion, and set some aside to measure on.

A window is 32 values: class 0 drifts, class 1 swings, class 2 jumps. A line of the files is a class and its window.
"""

from pathlib import Path

import numpy as np
import yaml

LENGTH = 32
DATA = Path("data")


def windows(labels: np.ndarray, noise: float, dice: np.random.Generator) -> np.ndarray:
    """Return a noisy window for each label."""
    time = np.linspace(0, 1, LENGTH)
    shift = dice.uniform(0, 1, (len(labels), 1))
    strength = dice.uniform(0.5, 1.5, (len(labels), 1))
    kinds = np.stack([time - shift, np.sin(6.28 * (2 * time + shift)), np.sign(time - shift)])
    clean = kinds[labels, np.arange(len(labels))]
    return strength * clean + dice.normal(0, noise, clean.shape)


def main() -> None:
    params = yaml.safe_load(Path("params.yaml").read_text())
    wanted = params["prepare"]
    dice = np.random.default_rng(params["seed"])
    labels = dice.choice(3, wanted["windows"], p=[0.5, 0.15, 0.35])
    rows = np.column_stack([labels, windows(labels, wanted["noise"], dice)])
    count = int(len(rows) * wanted["held_out"])
    DATA.mkdir(exist_ok=True)
    for name, part in {"held_out": rows[:count], "train": rows[count:]}.items():
        np.savetxt(DATA / f"{name}.csv", part, fmt="%.4f", delimiter=",")
        print(f"{name}: {len(part)} windows")


if __name__ == "__main__":
    main()
