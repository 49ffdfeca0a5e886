"""Train a classifier of handwritten digits. The same inputs give the same bytes."""

import warnings
from pathlib import Path

import joblib
import numpy as np
import yaml
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

MODEL = Path("models/model.joblib")


def classifier(params: dict) -> Pipeline:
    """Return an untrained network that always trains for all of its epochs."""
    network = MLPClassifier(
        hidden_layer_sizes=(params["hidden"],),
        learning_rate_init=params["learning_rate"],
        max_iter=params["epochs"],
        n_iter_no_change=params["epochs"],
        random_state=params["seed"],
    )
    return make_pipeline(StandardScaler(), network)


def main() -> None:
    params = yaml.safe_load(Path("params.yaml").read_text())["train"]
    labels, *pixels = np.loadtxt("data/train.csv", delimiter=",", unpack=True)
    model = classifier(params)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(np.array(pixels).T, labels.astype(int))
    MODEL.parent.mkdir(exist_ok=True)
    joblib.dump(model, MODEL)
    print(f"trained on {len(labels)} images for {params['epochs']} epochs")


if __name__ == "__main__":
    main()
