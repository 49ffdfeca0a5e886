"""What must have been imported before paramiko is."""

from __future__ import annotations

import subprocess
import sys


def test_yaml_is_whole_before_paramiko_wants_a_part_of_it() -> None:
    script = "import sys, gitwf.targets.ssh.connection; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    order = done.stdout.split()
    assert order.index("yaml._yaml") < order.index("paramiko")
