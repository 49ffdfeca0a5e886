"""Measure the model on the images that it has never seen."""

import json
from pathlib import Path

import joblib
import numpy as np
from sklearn.metrics import accuracy_score, recall_score

METRICS = Path("metrics/eval.json")


def main() -> None:
    data = np.loadtxt("data/held_out.csv", delimiter=",", dtype=int)
    labels, pixels = data[:, 0], data[:, 1:]
    predicted = joblib.load("models/model.joblib").predict(pixels)
    recalls = recall_score(labels, predicted, average=None)
    metrics = {
        "accuracy": round(accuracy_score(labels, predicted), 4),
        "worst_digit": int(recalls.argmin()),
        "worst_recall": round(recalls.min(), 4),
        "images": len(labels),
    }
    METRICS.parent.mkdir(exist_ok=True)
    METRICS.write_text(json.dumps(metrics, indent=2) + "\n")
    print(f"accuracy {metrics['accuracy']} on {metrics['images']} held-out images")


if __name__ == "__main__":
    main()
