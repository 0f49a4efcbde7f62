"""The bridge as Node uses it, with workers that are real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import semblance_trainer
from semblance_trainer import bridge
from semblance_trainer.job.environment_report import MINIMUM_VERSIONS, is_older
from semblance_trainer.job.event_tail import EventTail
from semblance_trainer.job.worker_lock import find_worker, write_pid_file

SOURCE = Path(semblance_trainer.__file__).parents[1]


def call(operation: str, **arguments: object) -> dict[str, Any]:
    answer = json.loads(bridge.handle(json.dumps({"op": operation, "args": arguments})))
    assert isinstance(answer, dict)
    return answer


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Return a function that starts a worker whose code is given."""

    def start_worker(code: str, *, detached: bool = False) -> dict[str, Any]:
        modules, job = tmp_path / "modules", tmp_path / "job"
        modules.mkdir(exist_ok=True)
        job.mkdir(exist_ok=True)
        (modules / "some_worker.py").write_text(code, encoding="utf-8")
        return call(
            "start",
            jobFolder=str(job),
            pidFile=str(tmp_path / "worker.pid"),
            module="some_worker",
            pythonPath=str(modules),
            detached=detached,
        )

    return start_worker


def finish(identity: str) -> dict[str, Any]:
    reports: list[dict[str, Any]] = []

    def has_ended() -> bool:
        reports.append(call("poll", id=identity)["value"])
        return not reports[-1]["running"]

    assert wait_until(has_ended), "the worker did not end"
    return reports[-1]


def is_gone(pid: str) -> bool:
    """Whether the process has ended, collected or not."""
    command = ["ps", "-o", "stat=", "-p", pid]
    status = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return status == "" or status.startswith("Z")


def wait_until(condition: Callable[[], bool]) -> bool:
    for _ in range(200):
        if condition():
            return True
        time.sleep(0.05)
    return False


Start = Callable[..., dict[str, Any]]
WAIT_FOR_CANCEL = (
    "import sys\nfor line in sys.stdin:\n    sys.exit(7 if line == 'cancel\\n' else 8)\n"
)


def test_hello_tells_protocol_and_process() -> None:
    value = call("hello")["value"]
    assert (value["protocol"], value["pid"]) == (semblance_trainer.PROTOCOL, os.getpid())


def test_what_cannot_be_done_is_answered_and_never_raised() -> None:
    assert call("dance")["error"]["code"] == "PROTOCOL"
    assert call("poll", id="nobody")["error"]["code"] == "PROTOCOL"
    assert json.loads(bridge.handle("no json"))["error"]["type"] == "JSONDecodeError"
    assert json.loads(bridge.handle("[]"))["ok"] is False


def test_a_worker_hears_cancel_and_its_exit_status_is_told(start: Start) -> None:
    identity = start(WAIT_FOR_CANCEL)["value"]["id"]
    assert call("poll", id=identity)["value"] == {"events": [], "running": True}
    assert call("cancel", id=identity, force=False)["value"] == {"sent": True}
    assert finish(identity)["returnCode"] == 7
    assert call("cancel", id=identity, force=True)["value"] == {"sent": False}


def test_force_kills_the_worker_and_what_it_started(start: Start, tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, pathlib, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "pathlib.Path('child').write_text(str(child.pid))\n"
        "time.sleep(60)\n"
    )
    identity = start(code)["value"]["id"]
    child = tmp_path / "job" / "child"
    while not (child.exists() and child.read_text()):
        time.sleep(0.02)
    call("cancel", id=identity, force=True)
    assert finish(identity)["returnCode"] == -signal.SIGKILL
    assert wait_until(lambda: is_gone(child.read_text()))


def test_a_stopped_worker_is_told_as_such_until_it_goes_on(start: Start) -> None:
    worker = start(WAIT_FOR_CANCEL)["value"]

    def is_told_stopped() -> bool:
        return "stopped" in call("poll", id=worker["id"])["value"]

    os.kill(worker["pid"], signal.SIGSTOP)
    assert wait_until(is_told_stopped)
    os.kill(worker["pid"], signal.SIGCONT)
    assert wait_until(lambda: not is_told_stopped())
    call("cancel", id=worker["id"], force=True)
    finish(worker["id"])


DETACHED_WORKER = (
    "import pathlib, sys, time\n"
    "assert sys.argv[2:] == ['--detached'] and sys.stdin.read() == ''\n"
    "events = pathlib.Path('events.jsonl')\n"
    "events.write_text('1\\n')\n"
    "while not pathlib.Path('stop').exists(): time.sleep(0.02)\n"
    "events.open('a').write('2\\n')\n"
    "sys.exit(7)\n"
)


def test_a_detached_worker_is_followed_by_its_files_and_asked_by_one(
    start: Start, tmp_path: Path
) -> None:
    files = {"jobFolder": str(tmp_path / "job"), "pidFile": str(tmp_path / "worker.pid")}
    assert call("attach", **files)["error"]["code"] == "RUN_NOT_FOUND"
    worker = start(DETACHED_WORKER, detached=True)["value"]
    assert wait_until(lambda: call("poll", id=worker["id"])["value"]["events"] == [1])
    attached = [call("attach", **files)["value"] for _ in range(2)]
    assert [one["pid"] for one in attached] == [worker["pid"]] * 2
    assert [call("poll", id=one["id"])["value"]["events"] for one in attached] == [[1], [1]]
    assert call("cancel", id=attached[0]["id"], force=False)["value"] == {"sent": True}
    assert finish(worker["id"])["returnCode"] == 7
    assert call("poll", id=attached[1]["id"])["value"]["events"] == [2]
    assert call("poll", id=attached[1]["id"])["value"]["running"] is False
    assert call("cancel", id=attached[1]["id"], force=True)["value"] == {"sent": False}


def test_who_asks_for_a_stop_before_the_worker_runs_is_heard_by_that_worker_alone(
    start: Start, tmp_path: Path
) -> None:
    files = {"jobFolder": str(tmp_path / "job"), "pidFile": str(tmp_path / "worker.pid")}
    for _ in range(2):
        assert call("claim", pidFile=files["pidFile"])["ok"] is True
        assert not (tmp_path / "job" / "stop").exists()
        (tmp_path / "job").mkdir(exist_ok=True)
        attached = call("attach", **files)["value"]["id"]
        assert call("cancel", id=attached, force=False)["value"] == {"sent": True}
        assert finish(start(DETACHED_WORKER, detached=True)["value"]["id"])["returnCode"] == 7


def test_an_attached_worker_can_be_killed_but_never_the_one_who_prepares_it(
    start: Start, tmp_path: Path
) -> None:
    files = {"jobFolder": str(tmp_path / "job"), "pidFile": str(tmp_path / "worker.pid")}
    with subprocess.Popen(["sleep", "60"]) as other:  # a bridge that has claimed the folder
        write_pid_file(Path(files["pidFile"]), other.pid)
        attached = call("attach", **files)["value"]["id"]
        assert call("cancel", id=attached, force=True)["value"] == {"sent": False}
        assert other.poll() is None
        other.kill()
    worker = start(WAIT_FOR_CANCEL)["value"]
    assert call("cancel", id=attached, force=True)["value"] == {"sent": True}
    assert finish(worker["id"])["returnCode"] == -signal.SIGKILL


def test_a_second_job_is_refused_while_the_first_lives(start: Start, tmp_path: Path) -> None:
    first = start(WAIT_FOR_CANCEL)["value"]
    pid_file = tmp_path / "worker.pid"
    assert pid_file.read_text().split()[0] == str(first["pid"])
    assert call("claim", pidFile=str(pid_file))["error"]["code"] == "JOB_RUNNING"
    assert start(WAIT_FOR_CANCEL)["error"]["code"] == "JOB_RUNNING"
    assert call("forget", id=first["id"])["error"]["code"] == "JOB_RUNNING"
    call("cancel", id=first["id"], force=True)
    finish(first["id"])
    assert call("claim", pidFile=str(pid_file))["ok"] is True
    assert call("forget", id=first["id"])["ok"] is True


def test_a_claimed_folder_is_for_its_claimant_alone(start: Start, tmp_path: Path) -> None:
    pid_file = tmp_path / "worker.pid"
    with subprocess.Popen(["sleep", "60"]) as other:  # another bridge that has claimed the folder
        write_pid_file(pid_file, other.pid)
        assert call("claim", pidFile=str(pid_file))["error"]["code"] == "JOB_RUNNING"
        assert start("")["error"]["code"] == "JOB_RUNNING"
        other.kill()
    assert call("claim", pidFile=str(pid_file))["ok"] is True  # the claim of a dead one is void
    assert pid_file.read_text().split()[0] == str(os.getpid())
    assert call("claim", pidFile=str(pid_file))["error"]["code"] == "JOB_RUNNING"
    worker = start(WAIT_FOR_CANCEL)["value"]
    assert pid_file.read_text().split()[0] == str(worker["pid"])
    call("cancel", id=worker["id"], force=True)
    finish(worker["id"])


def test_a_worker_that_ends_badly_shows_the_end_of_its_log(start: Start) -> None:
    report = finish(start("print('x' * 9000 + 'the end'); raise SystemExit(3)")["value"]["id"])
    assert report["returnCode"] == 3
    assert report["log"].strip().endswith("the end")
    assert len(report["log"]) <= 4000


def test_a_worker_gets_its_environment_and_not_nodes_channel(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NODE_CHANNEL_FD", "3")
    code = "import json, os, pathlib\npathlib.Path('env').write_text(json.dumps(dict(os.environ)))"
    finish(start(code)["value"]["id"])
    environment = json.loads((tmp_path / "job" / "env").read_text())
    assert environment["OMP_WAIT_POLICY"] == "PASSIVE"
    assert environment["HF_HUB_OFFLINE"] == "1"
    assert environment["PYTHONPATH"] == str(tmp_path / "modules")
    assert "NODE_CHANNEL_FD" not in environment


def test_the_bridge_process_ends_with_its_parent(tmp_path: Path) -> None:
    code = (
        "import os, sys, time\n"
        "from semblance_trainer import bridge\n"
        "if os.fork() == 0:\n"
        f"    bridge.init({str(tmp_path / 'log')!r})\n"
        f"    open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\n"
        "    time.sleep(60)\n"
        "while not os.path.exists(sys.argv[1]): time.sleep(0.02)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "pid")], env=environment, check=True, timeout=20
    )
    assert wait_until(lambda: is_gone((tmp_path / "pid").read_text()))


def test_a_process_id_that_is_used_again_is_told_apart(tmp_path: Path) -> None:
    pid_file = tmp_path / "worker.pid"
    write_pid_file(pid_file, os.getpid())
    assert find_worker(pid_file) == os.getpid()
    if sys.platform == "linux":
        pid_file.write_text(f"{os.getpid()} 12\n")
        assert find_worker(pid_file) is None
    pid_file.write_text("rubbish")
    assert find_worker(pid_file) is None


def test_only_whole_lines_written_since_the_beginning_are_read(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text('{"old": 1}\n{"torn')
    tail = EventTail(path)
    os.truncate(path, len('{"old": 1}\n'))  # the worker cuts the torn line off
    with path.open("a") as file:
        file.write('{"a": NaN}\n{"b"')
        file.flush()
        assert tail.read() == ([{"a": None}], False)
        file.write(": 2}\nno json\n")
    events, more = tail.read()
    assert events[0] == {"b": 2}
    assert events[1]["code"] == "EVENT_UNREADABLE"  # type: ignore[index]
    assert not more


def test_a_replay_begins_at_the_first_event_and_a_new_file_is_read_from_its_beginning(
    tmp_path: Path,
) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text("1\n2\n")
    tail = EventTail(path, replay=True)
    assert tail.read() == ([1, 2], False)
    path.write_text("3\n")  # another run in the same folder
    assert tail.read() == ([3], False)


def test_a_line_longer_than_a_block_is_left_out_and_told_once(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    tail = EventTail(path, block_bytes=16)
    path.write_text('"' + "x" * 50 + '"\n"short"\n"next"\n')
    events: list[object] = []
    more = True
    while more:
        block, more = tail.read()
        events.extend(block)
    codes = [event["code"] if isinstance(event, dict) else event for event in events]
    assert codes == ["EVENT_TOO_LARGE", "short", "next"]


def test_doctor_lists_every_package_and_does_not_import_torch() -> None:
    code = (
        "import sys\nfrom semblance_trainer import bridge\n"
        'print(bridge.handle(\'{"op": "doctor", "args": {}}\'))\n'
        "assert 'torch' not in sys.modules and 'numpy' not in sys.modules\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    output = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout
    report = json.loads(output)["value"]
    assert set(report["packages"]) == set(MINIMUM_VERSIONS)
    assert report["missing"] == []


@pytest.mark.parametrize(
    ("version", "minimum", "older"),
    [
        ("2.13.0+cpu", "2.8", False),
        ("2.8", "2.8", False),
        ("1.9.9", "1.26", True),
        ("5.0rc1", "5", False),
    ],
)
def test_versions_compare_by_their_numbers(version: str, minimum: str, older: bool) -> None:
    assert is_older(version, minimum) is older


def test_the_minimum_versions_are_those_of_pyproject() -> None:
    text = (SOURCE.parent / "pyproject.toml").read_text(encoding="utf-8")
    for name, version in MINIMUM_VERSIONS.items():
        assert f'"{name}>={version}' in text
