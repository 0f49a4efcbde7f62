"""The worker as the bridge runs it: a process with a life line and a job folder."""

import errno
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
import torch

from conftest import ONE_THREAD, Fit, Job, begun_now, read_events
from semblance_trainer.base.config import FitConfig
from semblance_trainer.base.errors import describe_error
from semblance_trainer.base.events import EventWriter
from semblance_trainer.models.checkpoint import read_tensors

SOURCE = Path(__file__).parents[1] / "src"
Start = Callable[[Path, dict[str, Any]], subprocess.Popen[bytes]]


@pytest.fixture
def start() -> Start:
    def run(folder: Path, job: dict[str, Any]) -> subprocess.Popen[bytes]:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "job.json").write_text(json.dumps(job))
        environment = {**os.environ, "PYTHONPATH": str(SOURCE), **ONE_THREAD}
        command = [sys.executable, "-m", "semblance_trainer.worker", str(folder)]
        return subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)

    return run


def as_job(config: FitConfig, steps: int) -> dict[str, Any]:
    value = {
        **begun_now(config),
        "hyperparameters": {"batchSize": 16, "maxSteps": steps, "learningRate": 1e-3},
    }
    return {"protocol": 1, "task": "fit", "config": value}


def wait_for_step(run_folder: str, step: int) -> None:
    state = Path(run_folder) / "job" / "state.json"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if state.exists() and json.loads(state.read_text())["step"] >= step:
            return
        time.sleep(0.01)
    raise AssertionError(f"step {step} was not saved within a minute")


def wait_for_update(job_folder: Path) -> None:
    """Wait for the first update: a run that is stopped before it has nothing new to save."""
    deadline = time.monotonic() + 60
    while '"type": "step"' not in (job_folder / "events.jsonl").read_text():
        assert time.monotonic() < deadline, "no update was made within a minute"
        time.sleep(0.01)


def test_a_run_killed_in_mid_training_resumes_to_the_same_bits(
    job: Job, fit: Fit, start: Start
) -> None:
    whole = job("whole", hyperparameters={"maxSteps": 160, "learningRate": 1e-3})
    killed = job("killed", hyperparameters={"maxSteps": 160, "learningRate": 1e-3})
    process = start(killed.job_folder, as_job(killed, 160))
    wait_for_step(killed.run_folder, 40)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (killed.job_folder / "exit.json").exists()
    fit(whole)
    again = {"resume": True, "hyperparameters": {"maxSteps": 160, "learningRate": 1e-3}}
    result = fit(job("killed", **again)).result
    assert result["steps"] == 160
    one, other = (read_tensors(c.job_folder / "last.safetensors") for c in (whole, killed))
    assert all(torch.equal(one[name], other[name]) for name in one)
    steps = [e["step"] for e in read_events(killed.run_folder) if e["type"] == "evaluation"]
    assert steps.count(0) == 1


def test_cancel_on_the_life_line_stops_chooses_and_exports(job: Job, start: Start) -> None:
    config = job()
    process = start(config.job_folder, as_job(config, 1_000_000))
    wait_for_step(config.run_folder, 0)
    assert process.stdin is not None
    process.stdin.write(b"cancel\n")
    process.stdin.flush()
    assert process.wait(60) == 0
    outcome = json.loads((config.job_folder / "exit.json").read_text())
    assert outcome["ok"]
    assert outcome["result"]["stopped"] == "aborted"
    assert outcome["result"]["timing"]["export"] > 0
    description = json.loads((Path(config.run_folder) / "semblance.json").read_text())
    assert description["certificate"]["items"] == {"images": 32, "texts": 32}


def test_a_worker_without_a_parent_saves_and_ends(job: Job, start: Start) -> None:
    config = job()
    process = start(config.job_folder, as_job(config, 1_000_000))
    wait_for_step(config.run_folder, 0)
    wait_for_update(config.job_folder)
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(20) == 75
    assert not (config.job_folder / "exit.json").exists()
    assert json.loads((config.job_folder / "state.json").read_text())["stopped"] == "aborted"


@pytest.mark.parametrize(
    ("job_json", "message"),
    [
        ({"protocol": 2, "task": "fit", "config": {}}, "this worker speaks 1"),
        ({"protocol": 1, "task": "dance", "config": {}}, "unknown task 'dance'"),
        ({"protocol": 1, "task": "fit", "config": {"lr": 1}}, "unknown key 'lr'"),
    ],
)
def test_a_job_that_is_not_understood_is_refused(
    tmp_path: Path, start: Start, job_json: dict[str, Any], message: str
) -> None:
    assert start(tmp_path, job_json).wait(30) == 1
    error = json.loads((tmp_path / "exit.json").read_text())["error"]
    assert (error["type"], error["code"]) == ("TrainerError", "CONFIG")
    assert message in error["message"]
    assert "Traceback" in error["traceback"]


def test_a_full_disk_is_told_as_such(job: Job, start: Start) -> None:
    """A limit on file sizes stands for the disk: the pixels do not fit."""
    config = job()
    folder = config.job_folder
    folder.mkdir(parents=True)
    (folder / "job.json").write_text(json.dumps(as_job(config, 10)))
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    command = (
        f"trap '' XFSZ; ulimit -f 40; exec {sys.executable} -m semblance_trainer.worker {folder}"
    )
    process = subprocess.Popen(["bash", "-c", command], stdin=subprocess.PIPE, env=environment)
    assert process.wait(60) == 1
    error = json.loads((folder / "exit.json").read_text())["error"]
    assert error["code"] == "DISK_FULL", error
    assert "fix" in error


def test_errors_of_memory_and_disk_have_their_codes() -> None:
    assert describe_error(MemoryError())["code"] == "OUT_OF_MEMORY"
    allocator = RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to …")
    assert describe_error(allocator)["code"] == "OUT_OF_MEMORY"
    loader = ImportError("libtorch_cpu.so: failed to map segment from shared object")
    assert describe_error(loader)["code"] == "OUT_OF_MEMORY"
    assert describe_error(OSError(errno.ENOSPC, "?"))["code"] == "DISK_FULL"
    assert describe_error(OSError(errno.EFBIG, "?"))["code"] == "DISK_FULL"
    safetensors = RuntimeError("I/O error: No space left on device (os error 28)")
    assert describe_error(safetensors)["code"] == "DISK_FULL"
    assert describe_error(ValueError("else"))["code"] == "TRAINING_FAILED"
    missing = describe_error(ModuleNotFoundError("No module named 'numpy'"))
    assert missing["code"] == "PYTHON_INCOMPLETE"
    assert "doctor --python" in missing["fix"]


def test_a_torn_line_is_cut_off_and_nan_becomes_null(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"type":"warning"}\n{"type":"st')
    events = EventWriter(path)
    events.step(step=1, loss=float("nan"), learningRate=0.1, imagesPerSecond=float("inf"))
    lines = path.read_text().splitlines()
    assert lines[0] == '{"type":"warning"}'
    assert json.loads(lines[1])["loss"] is None
    assert "NaN" not in lines[1]
    assert "Infinity" not in lines[1]


def test_a_step_tells_the_memory_in_use(tmp_path: Path) -> None:
    events, told = EventWriter(tmp_path / "events.jsonl"), []
    ballast = bytearray(0)
    for _ in range(2):
        events.step(force=True, step=1, loss=0.0, learningRate=0.1, imagesPerSecond=1.0)
        told.append(json.loads((tmp_path / "events.jsonl").read_text().splitlines()[-1]))
        ballast = bytearray(os.urandom(64 << 20))
    assert "deviceMemoryBytes" not in told[0]
    assert len(ballast) / 2 < told[1]["memoryBytes"] - told[0]["memoryBytes"] < 4 * len(ballast)


def test_step_events_come_at_most_twice_a_second(tmp_path: Path) -> None:
    events = EventWriter(tmp_path / "events.jsonl")
    for step in range(1000):
        events.step(step=step, loss=0.0, learningRate=0.1, imagesPerSecond=1.0)
    assert len((tmp_path / "events.jsonl").read_text().splitlines()) <= 2
