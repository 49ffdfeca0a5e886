"""Train a network with the settings given, and measure it on training images that it has not seen.

The images held out stay so: who looks for settings must not look at them.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import yaml
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

from train import classifier

EPOCHS = 20


def main() -> None:
    hidden, rate, metrics = sys.argv[1:]
    seed = yaml.safe_load(Path("params.yaml").read_text())["train"]["seed"]
    data = np.loadtxt("data/train.csv", delimiter=",")
    seen, unseen = train_test_split(data, test_size=0.25, random_state=seed, stratify=data[:, 0])
    settings = {"hidden": int(hidden), "learning_rate": float(rate), "epochs": EPOCHS, "seed": seed}
    model = classifier(settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(seen[:, 1:], seen[:, 0].astype(int))
    accuracy = round(model.score(unseen[:, 1:], unseen[:, 0].astype(int)), 4)
    Path(metrics).parent.mkdir(exist_ok=True)
    Path(metrics).write_text(json.dumps({"accuracy": accuracy}) + "\n")
    print(f"accuracy {accuracy} with {hidden} neurons at {rate}")


if __name__ == "__main__":
    main()
