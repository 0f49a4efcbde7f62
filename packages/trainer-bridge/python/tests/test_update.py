"""One update: its gradient is clipped, its logit scale bounded, and nothing moves without both."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from conftest import Job
from semblance_trainer.models.dual_encoder import DualEncoder, load_dual_encoder
from semblance_trainer.updates.gradients import StepInput
from semblance_trainer.updates.update import Updater

CPU = torch.device("cpu")


def updater_of(job: Job, checkpoint: Path, **hyperparameters: Any) -> tuple[DualEncoder, Updater]:
    model = load_dual_encoder(checkpoint, CPU)
    return model, Updater(model, job(hyperparameters=hyperparameters).hyperparameters)


def step_of(model: DualEncoder, pixel: float = 1.0) -> StepInput:
    generator = torch.Generator().manual_seed(4)
    pixels = torch.randn(2, 3, 32, 32, generator=generator) * pixel
    return StepInput(pixels, model.texts.ids(["a red bar", "2: cross"]), torch.eye(2))


def first_moment(updater: Updater) -> torch.Tensor:
    tensors = updater.tensors()
    moments = [t.reshape(-1) for name, t in tensors.items() if name.endswith("/exp_avg")]
    return torch.cat(moments) / 0.1  # (1 - beta1) times the first gradient


def test_a_long_gradient_is_shortened_and_keeps_its_direction(
    job: Job, micro_checkpoint: Path
) -> None:
    found = []
    for clip in (1e6, 0.01):
        model, updater = updater_of(job, micro_checkpoint, gradientClip=clip)
        updater.update(step_of(model), 1, 1e-3, seed=0)
        found.append(first_moment(updater))
    whole, clipped = found
    assert whole.norm().item() > 0.1
    assert clipped.norm().item() == pytest.approx(0.01, rel=1e-4)
    assert torch.nn.functional.cosine_similarity(whole, clipped, dim=0).item() > 0.9999


def test_the_logit_scale_stays_within_its_bound(job: Job, micro_checkpoint: Path) -> None:
    """Image embeddings that are the texts' own: nothing is left to learn but a higher scale."""
    model, updater = updater_of(job, micro_checkpoint, maxLogitScale=15)
    ids = model.texts.ids(["a red bar", "2: cross"])
    images = model.encode_texts(ids).detach()
    updater.update(StepInput(images, ids, torch.eye(2)), 1, 0.5, seed=0)
    assert math.exp(model.network.logit_scale.item()) == pytest.approx(15)


def test_a_loss_that_is_not_finite_leaves_everything_as_it_was(
    job: Job, micro_checkpoint: Path
) -> None:
    model, updater = updater_of(job, micro_checkpoint, ema=0.9)
    before = {name: tensor.clone() for name, tensor in model.tensors().items()}
    done = updater.update(step_of(model, pixel=math.nan), 1, 1e-3, seed=0)
    assert not done.finite
    assert math.isnan(done.loss)
    after = model.tensors()
    assert all(torch.equal(before[name], after[name]) for name in before)
