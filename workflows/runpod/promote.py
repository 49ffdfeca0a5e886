"""Put the best model where it is served from, in one rename, and write down what it was compared with."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path


def served() -> Path:
    """Return the folder that models are served from: `$SERVED_DIR`, or `served/` of the working tree."""
    if "SERVED_DIR" in os.environ:
        return Path(os.environ["SERVED_DIR"])
    command = ["git", "rev-parse", "--git-common-dir"]
    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    return Path(found).resolve().parent / "served"


def report() -> str:
    """Return a table of all trials of the run, the best first."""
    trials = {path.stem: json.loads(path.read_text()) for path in Path("metrics").glob("*.json")}
    ranked = sorted(trials, key=lambda name: (-trials[name]["accuracy"], name))
    measures = list(trials[ranked[0]])
    rows = [[name, *(str(trials[name][measure]) for measure in measures)] for name in ranked]
    lines = [["sigma-hidden-layers-epochs", *measures], ["---"] * (1 + len(measures)), *rows]
    return "# What was compared\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main() -> None:
    name, folder = sys.argv[1], served()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "comparison_report.md").write_text(report())
    shutil.copyfile(f"models/{name}.npz", folder / "model.incoming")
    os.replace(folder / "model.incoming", folder / "model.npz")
    print(f"promoted {name}")


if __name__ == "__main__":
    main()
