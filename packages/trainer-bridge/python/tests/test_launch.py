"""Jobs of several processes as the bridge runs them: started by torchrun, never left behind."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from conftest import ONE_THREAD, Fit, Job, begun_now
from semblance_trainer.base.config import FitConfig, parse_fit_config
from semblance_trainer.base.errors import TrainerError
from semblance_trainer.distributed.layout import Layout, lay_out
from semblance_trainer.distributed.rank_record import EXIT_PEER_LOST, explain_end, write_outcome
from semblance_trainer.models.checkpoint import read_tensors

SOURCE = Path(__file__).parents[1] / "src"
FIT = {"checkpoint": "c", "runFolder": "r", "train": "t", "validation": "v", "startedAt": 1}
LOOPBACK = "lo0" if sys.platform == "darwin" else "lo"
Start = Callable[..., "subprocess.Popen[bytes]"]
slow = pytest.mark.skipif("SEMBLANCE_SLOW" not in os.environ, reason="SEMBLANCE_SLOW is not set")


@pytest.fixture
def start() -> Iterator[Start]:
    """Return a function that starts a module of the package; what still runs is killed after."""
    started: list[subprocess.Popen[bytes]] = []

    def run(module: str, *arguments: str) -> subprocess.Popen[bytes]:
        places = {"PYTHONPATH": str(SOURCE), **ONE_THREAD, "GLOO_SOCKET_IFNAME": LOOPBACK}
        command = [sys.executable, "-m", module, *arguments]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, env={**os.environ, **places})
        started.append(process)
        return process

    yield run
    for process in started:
        for pid in [*children_of(process.pid), process.pid] if process.poll() is None else []:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()


def write_job(config: FitConfig, **changes: Any) -> dict[str, Any]:
    """Write the job.json of a fit, of two processes unless told otherwise."""
    value = {
        **begun_now(config),
        "processes": 2,
        "hyperparameters": {"batchSize": 15, "maxSteps": 1_000_000, "learningRate": 1e-3},
        **changes,
    }
    config.job_folder.mkdir(parents=True, exist_ok=True)
    job = {"protocol": 1, "task": "fit", "config": value}
    (config.job_folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    return value


def children_of(pid: int) -> list[int]:
    listing = subprocess.check_output(["ps", "-A", "-o", "pid=,ppid=,stat="], text=True)
    rows = [line.split() for line in listing.splitlines()]
    return [int(row[0]) for row in rows if int(row[1]) == pid and not row[2].startswith("Z")]


def are_gone(pids: list[int], seconds: float) -> bool:
    """Whether none of the processes lives, now or in so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        command = ["ps", "-o", "stat=", "-p", ",".join(map(str, pids))]
        alive = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        if all(state.startswith("Z") for state in alive.split()):
            return True
        time.sleep(0.1)
    return False


def wait_for_training(config: FitConfig, process: subprocess.Popen[bytes]) -> list[int]:
    """Wait for an update; return the processes that make it."""
    events = config.job_folder / "events.jsonl"
    deadline = time.monotonic() + 90
    while not (events.exists() and '"type": "step"' in events.read_text(encoding="utf-8")):
        assert process.poll() is None, "the worker ended before it trained"
        assert time.monotonic() < deadline, "no update was made in a minute and a half"
        time.sleep(0.05)
    ranks = children_of(process.pid)
    assert len(ranks) == 2
    return ranks


def outcome_of(config: FitConfig) -> dict[str, Any]:
    outcome = json.loads((config.job_folder / "exit.json").read_text(encoding="utf-8"))
    assert isinstance(outcome, dict)
    return outcome


def test_a_process_that_is_killed_ends_the_job_within_seconds(job: Job, start: Start) -> None:
    config = job()
    write_job(config)
    worker = start("semblance_trainer.worker", str(config.job_folder))
    ranks = wait_for_training(config, worker)
    os.kill(ranks[1], signal.SIGKILL)
    assert worker.wait(20) == 1
    error = outcome_of(config)["error"]
    assert error["code"] == "WORKER_KILLED"
    assert error["message"] in [f"process {i} of 2 was ended by SIGKILL" for i in range(2)]
    assert "resume" in error["fix"]
    assert are_gone(ranks, 0.5)


@slow
def test_no_process_outlives_a_worker_that_is_killed(job: Job, start: Start) -> None:
    config = job()
    write_job(config)
    worker = start("semblance_trainer.worker", str(config.job_folder))
    ranks = wait_for_training(config, worker)
    worker.kill()
    assert are_gone(ranks, 5)


def test_without_a_parent_all_processes_save_and_end(job: Job, start: Start) -> None:
    config = job()
    write_job(config)
    worker = start("semblance_trainer.worker", str(config.job_folder))
    ranks = wait_for_training(config, worker)
    assert worker.stdin is not None
    worker.stdin.close()
    assert worker.wait(20) == 75
    assert are_gone(ranks, 0.5)
    assert not (config.job_folder / "exit.json").exists()
    state = json.loads((config.job_folder / "state.json").read_text(encoding="utf-8"))
    assert state["stopped"] == "aborted"


@slow
def test_cancel_stops_all_processes_and_the_first_exports(job: Job, start: Start) -> None:
    config = job()
    write_job(config)
    worker = start("semblance_trainer.worker", str(config.job_folder))
    wait_for_training(config, worker)
    assert worker.stdin is not None
    worker.stdin.write(b"cancel\n")
    worker.stdin.flush()
    assert worker.wait(60) == 0
    assert outcome_of(config)["result"]["stopped"] == "aborted"
    assert (Path(config.run_folder) / "semblance.json").exists()


@slow
def test_an_error_of_a_process_is_the_jobs(job: Job, start: Start, tmp_path: Path) -> None:
    config = job()
    write_job(config, checkpoint=str(tmp_path))
    assert start("semblance_trainer.worker", str(config.job_folder)).wait(60) == 1
    error = outcome_of(config)["error"]
    assert (error["type"], error["code"]) == ("TrainerError", "NOT_A_CHECKPOINT")
    assert "Traceback" in error["traceback"]


def test_two_machines_end_where_one_process_does(job: Job, fit: Fit, start: Start) -> None:
    """Both are this one, of one process each, and meet on the loopback interface."""
    alone, together = job("alone"), job("together")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{listener.getsockname()[1]}"
    settings = {"hyperparameters": {"batchSize": 15, "maxSteps": 24, "learningRate": 1e-3}}
    write_job(together, processes=1, nodes=2, rendezvous=place, **settings)
    first = start("semblance_trainer.worker", str(together.job_folder))
    second = start("semblance_trainer", "join", together.run_folder, "--node-rank", "1")
    fit(parse_fit_config({**write_job(alone, processes=1, **settings)}))
    assert (first.wait(90), second.wait(30)) == (0, 0)
    assert outcome_of(together)["result"]["steps"] == 24
    one, other = (read_tensors(c.job_folder / "last.safetensors") for c in (alone, together))
    assert max(float((one[name] - other[name]).abs().max()) for name in one) < 1e-4
    assert not torch.equal(one["logit_scale"], read_tensors(start_of(alone))["logit_scale"])


def start_of(config: FitConfig) -> Path:
    return Path(config.checkpoint) / "model.safetensors"


def test_who_joins_must_have_a_place_in_a_job_that_stands(
    job: Job, start: Start, capfd: pytest.CaptureFixture[str]
) -> None:
    config = job()
    assert start("semblance_trainer", "join", config.run_folder, "--node-rank", "1").wait(30) == 1
    write_job(config)
    assert start("semblance_trainer", "join", config.run_folder, "--node-rank", "1").wait(30) == 1
    told = capfd.readouterr().err
    assert "CONFIG: no job to join" in told
    assert "CONFIG: the job is for 1 machines" in told


def test_one_process_needs_no_others() -> None:
    assert lay_out(parse_fit_config({**FIT, "device": "cpu"})) is None
    assert lay_out(parse_fit_config({**FIT, "device": "cpu", "processes": 3})) == Layout(3)
    both = {"nodes": 2, "rendezvous": "one:29500"}
    expected = Layout(1, nodes=2, node_rank=1, rendezvous="one:29500")
    assert lay_out(parse_fit_config({**FIT, "device": "cpu", **both}), 1) == expected


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"processes": 0}, "processes: expected a whole number of at least 1"),
        ({"processes": "many"}, "processes: expected"),
        ({"processes": 2, "device": "mps"}, "processes: expected 1 on an Apple GPU"),
        ({"nodes": 0}, "nodes: expected a whole number of at least 1"),
        ({"nodes": 2}, "rendezvous: expected HOST:PORT of the first machine"),
        ({"nodes": 2, "rendezvous": "one"}, "rendezvous: expected HOST:PORT"),
    ],
)
def test_a_layout_that_cannot_be_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(TrainerError, match=message):
        parse_fit_config({**FIT, **change})


def test_the_cause_of_an_end_is_told_not_its_consequences(tmp_path: Path) -> None:
    killed = explain_end(tmp_path, Layout(2), {0: EXIT_PEER_LOST, 1: -signal.SIGSEGV})
    assert killed["message"] == "process 1 of 2 was ended by SIGSEGV"


def test_what_a_process_says_of_its_end_is_told(tmp_path: Path) -> None:
    write_outcome(tmp_path, 1, {"ok": False, "error": {"code": "DISK_FULL", "message": "full"}})
    assert explain_end(tmp_path, Layout(2), {0: EXIT_PEER_LOST, 1: 1})["code"] == "DISK_FULL"


def test_an_end_on_another_machine_is_told_by_that_machine(tmp_path: Path) -> None:
    there = Layout(1, nodes=2, node_rank=1, rendezvous="one:29500")
    explain_end(tmp_path, there, {1: -signal.SIGKILL})
    here = Layout(1, nodes=2, rendezvous="one:29500")
    told = explain_end(tmp_path, here, {0: EXIT_PEER_LOST})
    assert told["message"] == "process 1 of 2 was ended by SIGKILL"
