"""Split scikit-learn's bundled handwritten digits into images to train on and images held out."""

from pathlib import Path

import numpy as np
import yaml
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

DATA = Path("data")


def main() -> None:
    params = yaml.safe_load(Path("params.yaml").read_text())["prepare"]
    images, labels = load_digits(return_X_y=True)
    rows = np.column_stack([labels, images]).astype(int)
    train, held_out = train_test_split(
        rows, test_size=params["held_out"], random_state=params["seed"], stratify=labels
    )
    DATA.mkdir(exist_ok=True)
    for name, part in {"train": train, "held_out": held_out}.items():
        np.savetxt(DATA / f"{name}.csv", part, fmt="%d", delimiter=",")
        print(f"{name}: {len(part)} images")


if __name__ == "__main__":
    main()
