"""Keys of pods: the same for whoever has the account's key, and no others."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from gitwf.targets.runpod.keys import fingerprint, key_of, public_of, write_pair


def test_it_follows_from_the_account_and_the_name() -> None:
    one = public_of(key_of("rpa_1", "wf-a"))
    assert public_of(key_of("rpa_1", "wf-a")) == one
    others = {public_of(key_of("rpa_2", "wf-a")), public_of(key_of("rpa_1", "wf-b"))}
    assert one not in others
    assert len(others) == 2


def test_without_an_account_there_is_none() -> None:
    with pytest.raises(ValueError, match="anybody could make the key"):
        key_of("", "wf-a")


def test_openssh_reads_it(tmp_path: Path) -> None:
    public = write_pair(tmp_path / "key", key_of("rpa_1", "wf-a"))
    words = ("ssh-keygen", "-y", "-f", str(tmp_path / "key"))
    derived = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert derived.split()[:2] == public.split()[:2]
    words = ("ssh-keygen", "-l", "-f", str(tmp_path / "key.pub"))
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert said.split()[1] == fingerprint(public)
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
