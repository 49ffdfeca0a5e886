"""Put a classifier on a pre-trained encoder, train both on labelled windows, and measure on those set aside."""

import json
import sys
from pathlib import Path

import numpy as np
import yaml

from network import activations, fit, layers

CLASSES, EPOCHS = 3, 20


def surprise(outputs: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the gradient of the cross entropy."""
    odds = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True) - wanted


def measured(guesses: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Return the share of guesses that are right, in all and of each class."""
    right = guesses == labels
    classes = {f"class_{n}_accuracy": right[labels == n].mean() for n in range(CLASSES)}
    return {"accuracy": round(right.mean(), 4), **{k: round(v, 4) for k, v in classes.items()}}


def main() -> None:
    name = sys.argv[1]
    dice = np.random.default_rng(yaml.safe_load(Path("params.yaml").read_text())["seed"])
    data, held_out = (np.loadtxt(f"data/{name}.csv", delimiter=",") for name in ("train", "held_out"))
    encoder = list(np.load(f"encoders/{name}.npz").values())
    head = layers([encoder[-1].shape[1], CLASSES], dice)
    wanted = np.eye(CLASSES)[data[:, 0].astype(int)]
    trained = fit([*encoder, *head], (data[:, 1:], wanted), surprise, EPOCHS, dice)
    guesses = activations(trained, held_out[:, 1:])[-1].argmax(axis=1)
    metrics = measured(guesses, held_out[:, 0].astype(int))
    for folder in ("models", "metrics"):
        Path(folder).mkdir(exist_ok=True)
    np.savez(f"models/{name}.npz", *trained)
    Path(f"metrics/{name}.json").write_text(json.dumps(metrics) + "\n")
    print(f"accuracy {metrics['accuracy']} on {len(held_out)} windows set aside")


if __name__ == "__main__":
    main()
