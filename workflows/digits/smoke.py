"""Ask the model in production to read one held-out image of each digit; nine of ten must be right."""

import sys

import joblib
import numpy as np

from served import model_path


def main() -> None:
    data = np.loadtxt("data/held_out.csv", delimiter=",", dtype=int)
    digits, first = np.unique(data[:, 0], return_index=True)
    answers = joblib.load(model_path()).predict(data[first, 1:])
    right = int((answers == digits).sum())
    print(f"production reads {right} of {len(digits)} digits")
    if right < 9:
        sys.exit(1)


if __name__ == "__main__":
    main()
