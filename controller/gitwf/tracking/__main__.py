"""`python -m gitwf.tracking FOLDER`: the process that brings runs to MLflow."""

from __future__ import annotations

import sys

from gitwf.tracking.sender import main

if __name__ == "__main__":
    main(sys.argv[1])
