"""Processes on one machine, joined by gloo, against one process that does it all."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Literal

import pytest
import torch

from conftest import Fit, Job, begun_now, draw, read_events, write_dataset
from semblance_trainer.base.config import FitConfig, parse_fit_config
from semblance_trainer.base.errors import TrainerError
from semblance_trainer.base.events import EventWriter, finite
from semblance_trainer.base.stop import StopRequest
from semblance_trainer.distributed.world import World, join_world
from semblance_trainer.fit.follow import follow_fit
from semblance_trainer.fit.run_fit import fit_weights
from semblance_trainer.models.checkpoint import read_tensors
from semblance_trainer.models.dual_encoder import DualEncoder, load_dual_encoder
from semblance_trainer.updates.gradients import ALONE, Exchange, GradientOptions, StepInput
from semblance_trainer.updates.gradients import compute_gradients as add_gradients

ROWS = 10  # not a multiple of four
Loss = Literal["infonce", "sigmoid"]
Case = tuple[Loss, torch.dtype, int | None]
CASES: list[Case] = [
    ("infonce", torch.float32, None),
    ("infonce", torch.float32, 2),
    ("infonce", torch.float64, None),
    ("infonce", torch.float64, 2),
    ("sigmoid", torch.float32, None),
    ("sigmoid", torch.float64, 2),
]


def load(folder: Path, dtype: torch.dtype) -> DualEncoder:
    """Load the model with a logit bias, so that either loss can be had of it."""
    model = load_dual_encoder(folder, torch.device("cpu"))
    model.network.register_parameter("logit_bias", torch.nn.Parameter(torch.tensor(-3.0)))
    model.network.to(dtype)
    return model


def whole_step(dtype: torch.dtype) -> StepInput:
    """Make a batch with equal texts 2 and 7, a graded pair and one that nobody knows."""
    generator = torch.Generator().manual_seed(5)
    pixels = torch.randn(ROWS, 3, 32, 32, generator=generator).to(dtype)
    words = torch.randint(4, 40, (ROWS, 6), generator=generator).tolist()
    ids = [[1, *row[: 2 + i % 5], 3] for i, row in enumerate(words)]
    ids[7] = ids[2]
    targets = torch.eye(ROWS)
    for image, text, relevance in ((2, 7, 1.0), (7, 2, 1.0), (0, 9, 0.4), (3, 5, float("nan"))):
        targets[image, text] = relevance
    return StepInput(pixels, ids, targets)


def gradients(
    model: DualEncoder, step: StepInput, case: Case, exchange: Exchange = ALONE
) -> dict[str, torch.Tensor]:
    loss = add_gradients(model, step, GradientOptions(case[0], case[2], exchange=exchange))
    named = {n: p.grad for n, p in model.network.named_parameters() if p.grad is not None}
    return {**named, "the loss": loss}


def join(rank: int, size: int, port: int) -> World:
    torch.set_num_threads(1)
    names = {"RANK": rank, "WORLD_SIZE": size, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    os.environ.update({name: str(value) for name, value in names.items()})
    return join_world(torch.device("cpu"))


def gradients_of_rank(rank: int, size: int, port: int, folder: Path, output: Path) -> None:
    """Run every case as one of `size` processes, and save what this one has in the end."""
    world = join(rank, size, port)
    found = []
    for case in CASES:
        step = whole_step(case[1])
        share = world.share(ROWS)
        own = replace(step, images=step.images[share], ids=step.ids[share])
        found.append(gradients(load(folder, case[1]), own, case, world.exchange))
    torch.save(found, output / f"{rank}.pt")


def fit_of_rank(rank: int, size: int, port: int, job: dict[str, Any], output: Path) -> None:
    """Take part in a fit up to the choice of weights; rank 0 leaves its result."""
    world = join(rank, size, port)
    config = parse_fit_config(job)
    if rank > 0:
        follow_fit(config, world)
        return
    events = EventWriter(config.job_folder / "events.jsonl")
    try:
        result = fit_weights(config, events, StopRequest(threading.Event()), world).result
    except TrainerError as error:
        result = {"code": error.code, "message": error.message}
    output.write_text(json.dumps(finite(result)), encoding="utf-8")


def start(target: Callable[..., None], size: int, *arguments: object) -> list[BaseProcess]:
    """Start processes that begin with torch and transformers imported."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["torch", "transformers.models.clip.modeling_clip"])
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = int(listener.getsockname()[1])
    processes: list[BaseProcess] = [
        context.Process(target=target, args=(rank, size, port, *arguments), daemon=True)
        for rank in range(size)
    ]
    for process in processes:
        process.start()
    return processes


def finish(processes: list[BaseProcess]) -> None:
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * len(processes)


def as_json(config: FitConfig, **changes: Any) -> dict[str, Any]:
    hyperparameters = {"batchSize": 15, "maxSteps": 24, "learningRate": 1e-3}
    hyperparameters.update(changes.pop("hyperparameters", {}))
    return {**begun_now(config), **changes, "hyperparameters": hyperparameters}


def fit_together(config: FitConfig, **changes: Any) -> dict[str, Any]:
    """Fit with two processes; return the result, or the error's code and message."""
    output = config.job_folder / "result.json"
    output.parent.mkdir(parents=True, exist_ok=True)
    finish(start(fit_of_rank, 2, as_json(config, **changes), output))
    result = json.loads(output.read_text(encoding="utf-8"))
    assert isinstance(result, dict)
    return result


def last_of(config: FitConfig) -> dict[str, torch.Tensor]:
    return read_tensors(config.job_folder / "last.safetensors")


def largest_difference(one: FitConfig, other: FitConfig) -> float:
    first, second = last_of(one), last_of(other)
    assert first.keys() == second.keys()
    return max(float((first[name] - second[name]).abs().max()) for name in first)


def relative_difference(found: dict[str, torch.Tensor], expected: dict[str, torch.Tensor]) -> float:
    assert found.keys() == expected.keys()
    both = [torch.cat([t.reshape(-1) for t in tensors.values()]) for tensors in (found, expected)]
    return float((both[0] - both[1]).norm() / both[1].norm())


@pytest.mark.parametrize("size", [2, 4])
def test_several_processes_have_the_gradients_of_one(
    size: int, micro_checkpoint: Path, tmp_path: Path
) -> None:
    finish(start(gradients_of_rank, size, micro_checkpoint, tmp_path))
    ranks = [torch.load(tmp_path / f"{rank}.pt") for rank in range(size)]
    for i, case in enumerate(CASES):
        expected = gradients(load(micro_checkpoint, case[1]), whole_step(case[1]), case)
        found = ranks[0][i]
        tolerance = 1e-9 if case[1] == torch.float64 else 1e-5
        assert relative_difference(found, expected) < tolerance, case
        if case[1] == torch.float64:  # in the other these small sums are mostly rounding
            for name in {"logit_scale", "logit_bias", "the loss"} & expected.keys():
                assert found[name].item() == pytest.approx(expected[name].item(), rel=tolerance)
        for other in ranks[1:]:
            assert all(torch.equal(other[i][name], found[name]) for name in found)


@pytest.mark.parametrize(
    "settings",
    [
        {"hyperparameters": {"miniBatchSize": 3, "ema": 0.9, "hardNegatives": {"perItem": 2}}},
        {"method": "lora"},
        {"method": "lit"},
    ],
    ids=["full", "lora", "lit"],
)
def test_two_processes_end_where_one_does(job: Job, fit: Fit, settings: dict[str, Any]) -> None:
    alone, together = job("alone"), job("together")
    expected = fit(parse_fit_config(as_json(alone, **settings))).result
    found = fit_together(together, **settings)
    assert (found["steps"], found["stopped"]) == (24, "maxSteps")
    assert largest_difference(alone, together) < 1e-4
    for metric, value in expected["before"].items():
        assert found["before"][metric] == pytest.approx(value, abs=1e-6)
    for metric, value in expected["after"].items():
        assert found["after"][metric] == pytest.approx(value, abs=0.05)
    steps = [e["step"] for e in read_events(together.run_folder) if e["type"] == "evaluation"]
    assert steps == sorted(set(steps)), "somebody else than rank 0 told of an evaluation"


def test_a_run_of_two_processes_that_was_killed_resumes_to_the_same_bits(job: Job) -> None:
    whole, killed = job("whole"), job("killed")
    settings = {"hyperparameters": {"maxSteps": 60}}
    processes = start(
        fit_of_rank, 2, as_json(killed, **settings), killed.job_folder / "result.json"
    )
    state = killed.job_folder / "state.json"
    while not (state.exists() and json.loads(state.read_text())["step"] >= 16):
        assert all(process.is_alive() for process in processes)
        time.sleep(0.01)
    for process in processes:
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
    assert not (killed.job_folder / "result.json").exists()
    fit_together(whole, **settings)
    assert fit_together(killed, resume=True, **settings)["steps"] == 60
    assert largest_difference(whole, killed) == 0


def test_a_loss_that_is_not_finite_stops_all_and_keeps_the_start(job: Job) -> None:
    result = fit_together(job(), hyperparameters={"learningRate": 1e30})
    assert (result["stopped"], result["kept"]) == ("nonFinite", "start")


def test_a_batch_too_small_to_be_shared_is_refused(job: Job) -> None:
    config = job()
    output = Path(config.run_folder).with_suffix(".json")
    settings = as_json(config, hyperparameters={"batchSize": 1})
    first, second = start(fit_of_rank, 2, settings, output)
    first.join(120)
    error = json.loads(output.read_text(encoding="utf-8"))
    assert error["code"] == "CONFIG"
    assert "a batch of 1 images cannot be shared by 2 processes" in error["message"]
    second.join(20)
    assert second.exitcode == 1, "it waits for a process that has ended"


def test_an_image_that_one_process_cannot_read_is_unknown_to_all(
    job: Job, fit: Fit, tmp_path: Path
) -> None:
    colours, paths = ("red", "green", "blue", "gold"), []
    for i in range(16):
        path = tmp_path / f"{i}.png"
        draw(colours[i % 4], ("circle", "square")[i % 2], i // 4).save(path)
        paths.append([str(path)])
    for row in (6, 8):  # rank 0 reads the one, rank 1 the other
        Path(paths[row][0]).write_bytes(b"no image")
    texts = [f"number {i}" for i in range(16)]
    train = write_dataset(tmp_path / "broken", paths, texts, [(i, i) for i in range(16)])
    settings = {"train": str(train), "hyperparameters": {"cacheBytes": 1, "maxSteps": 2}}
    alone, together = job("alone"), job("together")
    fit(parse_fit_config(as_json(alone, **settings)))
    result = fit_together(together, **settings)
    assert [failure["index"] for failure in result["failures"]] == [6, 8]
    assert largest_difference(alone, together) < 1e-4
