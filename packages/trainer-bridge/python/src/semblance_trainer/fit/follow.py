"""A fit as the processes see it that follow rank 0: no evaluation, no files, no decisions."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from semblance_trainer.base.clock import Clock
from semblance_trainer.base.config import FitConfig
from semblance_trainer.base.events import EventWriter
from semblance_trainer.batches.hard_negatives import NegativeTable
from semblance_trainer.batches.negative_search import table_from_tensors
from semblance_trainer.batches.training_data import DataOptions, TrainingData
from semblance_trainer.data.dataset import read_dataset
from semblance_trainer.data.training_images import open_training_images
from semblance_trainer.distributed.world import World
from semblance_trainer.fit.prepare import start_folder
from semblance_trainer.models.checkpoint import CheckpointStore, read_tensors
from semblance_trainer.models.dual_encoder import load_dual_encoder, pick_device
from semblance_trainer.models.methods import apply_method
from semblance_trainer.updates.gradients import StepInput
from semblance_trainer.updates.update import Updater

__all__ = ["MODEL_STANDS", "Beginning", "follow_fit", "unite_failures"]

MODEL_STANDS = "the model can be loaded"
"""What rank 0 tells first."""

_SEEDS_OF_A_RANK = 2**56  # more than there are seeds and steps: no two processes drop out alike


@dataclass(frozen=True)
class Beginning:
    """What rank 0 tells when the training set can be opened; None where there is no training."""

    resumed: bool


def follow_fit(config: FitConfig, world: World) -> None:
    """Make every update that rank 0 orders, on this process's rows, until it orders no more.

    What a run needs is read from its folder once rank 0 has made it. Raises PeerLost.
    """
    if config.hyperparameters.threads is not None:
        torch.set_num_threads(config.hyperparameters.threads)
    train = read_dataset(Path(config.train), "training")
    world.tell()
    model = load_dual_encoder(start_folder(config), pick_device(config.device))
    apply_method(model, config.method, config.hyperparameters, config.seed)
    beginning = world.tell()
    if beginning is None:
        return
    clock, silent = Clock(config.started_at, None), EventWriter(Path(os.devnull))
    standing = replace(config, resume=True)
    images = open_training_images(train, model, standing, clock, silent, threading.Event())
    h = config.hyperparameters
    options = DataOptions(h.batch_size, config.seed, h.mirror, world.place)
    data = TrainingData(train, images, model, options)
    updater = Updater(model, h, world.exchange)
    if beginning.resumed:
        store = CheckpointStore(config.job_folder)
        updater.load(read_tensors(store.path("last")), read_tensors(store.path("optimizer")))
        if store.path("negatives").exists():
            data.use_negatives(table_from_tensors(read_tensors(store.path("negatives"))))
    world.copy_from_first(model.network.state_dict().values())
    model.network.train()
    _obey(world, data, updater)
    world.collect(images.failures)


def unite_failures(of_ranks: Sequence[Sequence[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return what could not be read by anybody, each once, in order of the items."""
    found = {(f["index"], f["message"]): f for failures in of_ranks for f in failures}
    return [found[key] for key in sorted(found)]


def _obey(world: World, data: TrainingData, updater: Updater) -> None:
    while (order := world.tell()) is not None:
        if isinstance(order, NegativeTable):
            data.use_negatives(order)
            continue
        batch = data.step(order.step)
        step = StepInput(batch.images, batch.ids, world.agree_on(batch.targets))
        seed = order.seed + world.rank * _SEEDS_OF_A_RANK
        updater.update(step, order.step + 1, order.rate, seed)
    data.close()
