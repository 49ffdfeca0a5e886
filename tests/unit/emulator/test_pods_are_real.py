"""Pods are processes, disks and sshds of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.emulator.fixture import MakeEmulator
from tests.emulator.process import Emulator
from tests.unit.emulator.conftest import Login, create, get, log, port, running, until


def _processes(pod: object) -> list[str]:
    """The processes of a pod, found from outside of it by the environment they inherited."""
    mark = f"RUNPOD_POD_ID={pod}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                found.append(process.name)
        except OSError:
            continue
    return found


def _gone(pod: object) -> bool | None:
    return None if _processes(pod) else True


def test_a_pod_lets_its_key_in_and_shows_its_environment_to_process_1_only(
    emulator: Emulator, login: Login
) -> None:
    pod = running(emulator, login, env={"PUBLIC_KEY": login.public_key, "WF_RUN": "01J9Z8 'x'"})
    seen = login.output(port(pod), "id -un; pwd; hostname; echo [$WF_RUN]; ls -A /workspace /tmp")
    assert seen.splitlines()[:4] == ["root", "/root", str(pod["id"]), "[]"]
    environment = login.output(port(pod), "tr '\\0' '\\n' </proc/1/environ").splitlines()
    assert {
        "WF_RUN=01J9Z8 'x'",
        f"RUNPOD_POD_ID={pod['id']}",
        "RUNPOD_GPU_COUNT=1",
        f"RUNPOD_TCP_PORT_22={port(pod)}",
    } <= set(environment)
    sourced = login.output(port(pod), ". /etc/rp_environment; echo $RUNPOD_DC_ID")
    assert sourced == f"{pod['dataCenterId']}\n"


def test_a_wrong_key_is_refused(emulator: Emulator, login: Login, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    pod = running(emulator, login)
    login.output(port(pod), "true")
    refused = Login(other).run(port(pod), "true")
    assert refused.returncode == 255
    assert "Permission denied (publickey" in refused.stderr


def test_without_a_key_no_sshd_starts(emulator: Emulator) -> None:
    pod = running(emulator)
    done = subprocess.run(
        ["ssh-keyscan", "-p", str(port(pod)), "127.0.0.1"], check=False, capture_output=True
    )
    assert done.stdout == b""


def test_two_pods_share_nothing(emulator: Emulator, login: Login) -> None:
    one, other = (running(emulator, login, name=name) for name in ("one", "two"))
    login.output(port(one), "echo mine >file; mkdir /data; echo mine >/data/file")
    assert login.output(port(one), "cat file /data/file") == "mine\nmine\n"
    assert login.run(port(other), "cat file").returncode == 1
    assert login.run(port(other), "ls /data").returncode == 2
    assert login.output(port(other), "ps -e -o args=").count("sshd: /usr/sbin/sshd") == 1
    keys = {
        login.output(port(pod), "cat /etc/ssh/ssh_host_ed25519_key.pub") for pod in (one, other)
    }
    assert len(keys) == 2


def test_files_go_there_and_back(emulator: Emulator, login: Login, tmp_path: Path) -> None:
    pod = running(emulator, login)
    content = bytes(range(256)) * 1000
    (tmp_path / "there").write_bytes(content)
    login.output(port(pod), "true")
    at = "root@127.0.0.1"
    scp = ["scp", "-q", *login.options(port(pod), "-P")]
    subprocess.run([*scp, tmp_path / "there", f"{at}:/workspace/file"], check=True)
    shell = " ".join(["ssh", *login.options(port(pod))])
    back = ["rsync", "-e", shell, f"{at}:/workspace/file", str(tmp_path / "back")]
    subprocess.run(back, check=True)
    assert (tmp_path / "back").read_bytes() == content


def test_python_is_there_and_what_pip_would_write_stays_in_the_pod(
    emulator: Emulator, login: Login
) -> None:
    pod = running(emulator, login)
    write = (
        "import pytest, pathlib; pathlib.Path(pytest.__file__).with_name('mark').write_text('x')"
    )
    login.output(port(pod), f'python -c "{write}"')
    assert not Path(pytest.__file__).with_name("mark").exists()


@pytest.mark.parametrize("how", ["terminate", "delete", "vanish", "stop"])
def test_its_end_is_the_end_of_its_processes_and_of_its_disk(
    emulator: Emulator, login: Login, how: str
) -> None:
    pod = running(emulator, login)
    login.output(
        port(pod), "setsid -f sh -c 'trap : TERM HUP; sleep 1000' >/dev/null 2>&1 </dev/null"
    )
    login.output(port(pod), "nohup env -i sleep 1000 >/dev/null 2>&1 </dev/null & echo")
    before = _sleepers(login, pod)
    assert len(before) == 2
    _end(emulator, str(pod["id"]), how)
    assert _processes(pod["id"]) == []
    assert not [process for process in before if Path(f"/proc/{process}").exists()]
    disk = emulator.state / "pods" / str(pod["id"])
    assert not list(disk.glob("boot-*"))


def _end(emulator: Emulator, pod: str, how: str) -> None:
    if how == "vanish":
        emulator.end_pod(pod, "TERMINATED")
    elif how == "delete":
        emulator.api.delete(f"/pods/{pod}")
    else:
        emulator.api.post(f"/pods/{pod}/action", json={"action": how})


def _sleepers(login: Login, pod: dict[str, object]) -> list[str]:
    """The process ids, on this machine, of what a pod sleeps in."""
    namespace = login.output(port(pod), "readlink /proc/self/ns/pid").strip()
    return [
        process.name
        for process in Path("/proc").glob("[0-9]*")
        if _reads(process / "cmdline").startswith("sleep\x001000")
        and _links(process / "ns" / "pid") == namespace
    ]


def _reads(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _links(path: Path) -> str:
    try:
        return str(path.readlink())
    except OSError:
        return ""


def test_a_restart_wipes_the_disk_but_not_the_volume(emulator: Emulator, login: Login) -> None:
    mounts = {"persistent": {"size": 10, "path": "/workspace"}}
    pod = running(emulator, login, mounts=mounts)
    login.output(port(pod), "echo disk >/root/file; echo volume >/workspace/file")
    emulator.api.post(f"/pods/{pod['id']}/action", json={"action": "restart"})
    emulator.advance(60)
    again = get(emulator, pod)
    assert port(again) == port(pod)
    refused = login.run(port(pod), "true")  # its host key is another one
    assert until(lambda: login.run(port(pod), "true").stderr or None)
    assert refused.returncode == 255
    login.forget_hosts()
    assert login.output(port(again), "cat /workspace/file; ls /root") == "volume\n"


def test_a_network_volume_outlives_its_pods(emulator: Emulator, login: Login) -> None:
    volume = emulator.api.post(
        "/network-volumes", json={"name": "data", "size": 10, "dataCenter": "EU-RO-1"}
    ).json()
    mounts = {"network": [{"volumeId": volume["id"], "path": "/data"}]}
    first = running(emulator, login, mounts=mounts)
    assert first["dataCenterId"] == "EU-RO-1"
    login.output(port(first), "echo kept >/data/file")
    emulator.api.delete(f"/pods/{first['id']}")
    second = running(emulator, login, mounts=mounts)
    assert login.output(port(second), "cat /data/file") == "kept\n"


def test_nothing_is_left_after_kill_9(make_emulator: MakeEmulator, login: Login) -> None:
    emulator = make_emulator("--speed", "0", "--limit-scale", "0")
    pod = running(emulator, login)
    login.output(port(pod), "setsid -f sleep 1000 >/dev/null 2>&1 </dev/null")
    assert _processes(pod["id"])
    emulator.process.kill()
    emulator.process.wait()
    assert until(lambda: _gone(pod["id"]))


_STARTER = """\
import sys, time
from pathlib import Path
from tests.emulator.process import Emulator
from tests.unit.emulator.conftest import running
emulator = Emulator(Path(sys.argv[1]), "--speed", "0")
print(emulator.process.pid, running(emulator)["id"], flush=True)
time.sleep(1000)
"""


def test_nothing_is_left_after_kill_9_of_who_started_the_emulator(
    emulator: Emulator, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", _STARTER, str(tmp_path)]
    root = Path(__file__).parents[3]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        process, pod = starter.stdout.readline().split()
        assert until(lambda: _processes(pod) or None)
        starter.kill()
    assert until(lambda: _gone(pod))
    assert until(lambda: None if Path(f"/proc/{process}").exists() else True)
    assert emulator.api.get("/pods").json() == {"pods": []}  # others go on


def test_a_pod_may_end_itself_with_the_key_that_it_is_given(
    emulator: Emulator, login: Login
) -> None:
    pod = running(emulator, login)
    command = (
        "KEY=$(tr '\\0' '\\n' </proc/1/environ | sed -n s/^RUNPOD_API_KEY=//p);"
        "python -c 'import urllib.request as r, sys;"
        'r.urlopen(r.Request(sys.argv[1], method="DELETE", headers={"Authorization": sys.argv[2]}))\' '
        f'{emulator.url}/v2/pods/{pod["id"]} "Bearer $KEY"'
    )
    login.output(port(pod), "true")
    login.run(port(pod), command)  # cut off: there is no one left to answer
    assert until(lambda: _gone(pod["id"]))
    assert get(emulator, pod)["status"] == "TERMINATED"


def test_a_start_command_takes_the_place_of_start_sh(emulator: Emulator) -> None:
    pod = create(emulator, args="bash -c 'echo hello; sleep 1000'")
    emulator.advance(33)
    assert until(lambda: log(emulator, pod, source="container") or None) == ["hello"]
