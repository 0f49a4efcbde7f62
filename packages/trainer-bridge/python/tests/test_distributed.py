"""Processes on one machine, joined by gloo, against one process that does it all."""

from __future__ import annotations

import multiprocessing
import os
import socket
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
import torch

from semblance_trainer.distributed import join_world
from semblance_trainer.gradients import ALONE, Exchange, GradientOptions, StepInput
from semblance_trainer.gradients import compute_gradients as add_gradients
from semblance_trainer.model import DualEncoder, load_dual_encoder

ROWS = 10  # not a multiple of four
CASES: list[tuple[Literal["infonce", "sigmoid"], torch.dtype, int | None]] = [
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
    model: DualEncoder,
    step: StepInput,
    case: tuple[Literal["infonce", "sigmoid"], torch.dtype, int | None],
    exchange: Exchange = ALONE,
) -> dict[str, torch.Tensor]:
    loss = add_gradients(model, step, GradientOptions(case[0], case[2], exchange=exchange))
    named = {n: p.grad for n, p in model.network.named_parameters() if p.grad is not None}
    return {**named, "the loss": loss}


def gradients_of_rank(rank: int, size: int, port: int, folder: Path, output: Path) -> None:
    """Run every case as one of `size` processes, and save what this one has in the end."""
    torch.set_num_threads(1)
    names = {"RANK": rank, "WORLD_SIZE": size, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    os.environ.update({name: str(value) for name, value in names.items()})
    world = join_world(torch.device("cpu"))
    found = []
    for case in CASES:
        step = whole_step(case[1])
        share = world.share(ROWS)
        own = replace(step, images=step.images[share], ids=step.ids[share])
        found.append(gradients(load(folder, case[1]), own, case, world.exchange))
    torch.save(found, output / f"{rank}.pt")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def relative_difference(found: dict[str, torch.Tensor], expected: dict[str, torch.Tensor]) -> float:
    assert found.keys() == expected.keys()
    both = [torch.cat([t.reshape(-1) for t in tensors.values()]) for tensors in (found, expected)]
    return float((both[0] - both[1]).norm() / both[1].norm())


@pytest.mark.parametrize("size", [2, 4])
def test_several_processes_have_the_gradients_of_one(
    size: int, micro_checkpoint: Path, tmp_path: Path
) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["torch", "transformers.models.clip.modeling_clip"])
    port = free_port()
    processes = [
        context.Process(
            target=gradients_of_rank, args=(rank, size, port, micro_checkpoint, tmp_path)
        )
        for rank in range(size)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
        assert process.exitcode == 0
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
