"""Which machine a table of `wf.toml` means, with what `~/.ssh/config` says of it."""

from __future__ import annotations

import getpass
from pathlib import Path

import pytest

from gitwf.targets.ssh.errors import RefusedError
from gitwf.targets.ssh.host import Destination, Host
from gitwf.targets.ssh.openssh import Wish, resolve

CONFIG = """\
Host gpu
  HostName 203.0.113.7
  Port 26324
  User ada
  IdentityFile ~/.ssh/gpu
  UserKnownHostsFile ~/.ssh/known_gpu
Host inner
  HostName 10.0.0.5
  ProxyJump bob@gate:2222,second
Host second
  HostName 10.0.0.2
Host wrapped
  ProxyCommand nc -x proxy %h %p
Host circle
  ProxyJump circle2
Host circle2
  ProxyJump circle
"""


@pytest.fixture(autouse=True)
def _config() -> None:
    folder = Path("~/.ssh").expanduser()
    folder.mkdir()
    (folder / "config").write_text(CONFIG)


def of(ssh: str, identity: str | None = None, known_hosts: str | None = None) -> Host:
    return resolve(Wish("box", ssh, identity, known_hosts))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("box", Destination("box")),
        ("root@203.0.113.7:26324", Destination("203.0.113.7", "root", 26324)),
        ("[2001:db8::1]:22", Destination("2001:db8::1", None, 22)),
        ("ada@[2001:db8::1]", Destination("2001:db8::1", "ada")),
    ],
)
def test_destinations(text: str, expected: Destination) -> None:
    assert Destination.parse(text) == expected


@pytest.mark.parametrize(
    "text", ["", "a b", "host:", "host:0", "host:65536", "@host", "a@b@c", "2001:db8::1"]
)
def test_no_destinations(text: str) -> None:
    with pytest.raises(RefusedError, match=r"`\[target.box\]`: `.*` is no machine"):
        of(text)


def test_an_address_alone() -> None:
    host = of("root@203.0.113.9")
    assert str(host) == "root@203.0.113.9:22"
    assert host.known_hosts[0] == str(Path("~/.ssh/known_hosts").expanduser())
    assert (host.identities, host.agent, host.pin, host.jump) == ((), True, False, None)


def test_a_name_of_the_configuration() -> None:
    host = of("gpu")
    home = Path.home() / ".ssh"
    assert str(host) == "ada@203.0.113.7:26324"
    assert host.known_as == "[203.0.113.7]:26324"
    assert host.identities == (str(home / "gpu"),)
    assert host.known_hosts == (str(home / "known_gpu"),)


def test_the_table_goes_before_the_configuration() -> None:
    host = of("root@gpu:1", "~/key", "/known")
    assert str(host) == "root@203.0.113.7:1"
    assert (host.identities, host.known_hosts) == ((str(Path.home() / "key"),), ("/known",))


def test_ways_through_other_machines() -> None:
    host = of("inner")
    assert str(host) == f"{getpass.getuser()}@10.0.0.5:22"
    assert str(host.jump) == f"{getpass.getuser()}@10.0.0.2:22"
    assert host.jump is not None
    assert str(host.jump.jump) == "bob@gate:2222"
    assert of("wrapped").proxy_command == "nc -x proxy wrapped 22"


def test_a_circle() -> None:
    with pytest.raises(RefusedError, match="`ProxyJump` goes in a circle"):
        of("circle")
