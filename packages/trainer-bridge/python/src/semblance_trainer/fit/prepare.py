"""What comes before the first update: the run folder, the model, the data, step 0."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from semblance_trainer.base.clock import Clock
from semblance_trainer.base.config import FitConfig, Hyperparameters
from semblance_trainer.base.errors import TrainerError
from semblance_trainer.base.events import EventWriter
from semblance_trainer.base.metric import parse_metric
from semblance_trainer.base.stop import StopRequest
from semblance_trainer.data.dataset import ImageText, read_dataset
from semblance_trainer.data.pixels import Pixels, read_validation_pixels
from semblance_trainer.evaluation.evaluator import Evaluator
from semblance_trainer.fit.reserve import seconds_kept_for_the_end
from semblance_trainer.fit.run_state import Costs, RunState
from semblance_trainer.models.checkpoint import CheckpointStore, hash_weights
from semblance_trainer.models.dual_encoder import DualEncoder, load_dual_encoder, pick_device
from semblance_trainer.models.scratch import SCRATCH, make_scratch_checkpoint
from semblance_trainer.updates.learning_rate import automatic_learning_rate
from semblance_trainer.updates.schedule import first_plan

__all__ = ["Prepared", "first_state", "make_room", "mark_unfinished", "prepare", "start_folder"]

_FIRST_STEPS = 5  # a time limit must leave room for at least so many updates


@dataclass(frozen=True)
class Prepared:
    """Loaded and ready: everything but the training images."""

    model: DualEncoder
    train: ImageText
    validation: ImageText
    evaluator: Evaluator
    pixels: Pixels
    settings: str
    load_seconds: float


def make_room(config: FitConfig, store: CheckpointStore, *, fresh: bool) -> None:
    """Make the folders, with the files of an earlier run gone when this one is new."""
    run = Path(config.run_folder)
    if config.checkpoint != SCRATCH and Path(config.checkpoint).resolve() == run.resolve():
        raise TrainerError(
            "CONFIG", f"the run folder {run} is the checkpoint", "give the run a folder of its own"
        )
    run.mkdir(parents=True, exist_ok=True)
    store.folder.mkdir(parents=True, exist_ok=True)
    if fresh:
        store.clear()


def mark_unfinished(config: FitConfig) -> None:
    """Take the mark of a finished run away: from here on its model is being replaced."""
    (Path(config.run_folder) / "semblance.json").unlink(missing_ok=True)


def start_folder(config: FitConfig) -> Path:
    """Return the folder of the weights that training starts from."""
    if config.checkpoint == SCRATCH:
        return Path(config.run_folder) / "start"
    return Path(config.checkpoint)


def prepare(
    config: FitConfig, clock: Clock, events: EventWriter, stop: StopRequest, *, fresh: bool
) -> Prepared:
    """Load the model and the data, and read the validation images.

    Raises TrainerError and Orphaned; both also when asked to stop (see `StopRequest.heed`).
    """
    heed = functools.partial(stop.heed, fresh=fresh)
    heed()
    train = read_dataset(Path(config.train), "training")
    validation = read_dataset(Path(config.validation), "validation")
    events.progress("loading", 1, 3, "parts")
    heed()
    if config.checkpoint == SCRATCH and fresh:
        shutil.rmtree(start_folder(config), ignore_errors=True)
        make_scratch_checkpoint(start_folder(config), train.texts, config.seed)
    from transformers import CLIPModel, SiglipModel  # noqa: F401 - no part of loading once more

    began = time.monotonic()
    model = load_dual_encoder(start_folder(config), pick_device(config.device))
    load_seconds = time.monotonic() - began
    if config.hyperparameters.loss == "sigmoid" and model.kind == "clip":
        raise TrainerError(
            "CONFIG",
            "the sigmoid loss needs the logit bias of a SigLIP model, and this is a CLIP",
            'use loss "infonce" or "auto"',
        )
    events.progress("loading", 2, 3, "parts")
    heed()
    settings = _settings(config, model, train, validation)
    pixels = read_validation_pixels(validation, model, config, clock, events, heed)
    metric = parse_metric(config.eval_metric)
    evaluator = Evaluator(validation, pixels.files, pixels.cache, config.seed, metric)
    if not evaluator.halves.separate:
        events.warning(
            "VALIDATION_NOT_SPLIT",
            "validation hangs together too much to be split in two halves that share nothing: "
            "weights are chosen and judged on the same items",
        )
    events.progress("loading", 3, 3, "parts")
    if config.method == "lit":
        evaluator.hold_images()
    return Prepared(model, train, validation, evaluator, pixels, settings, load_seconds)


def _settings(
    config: FitConfig, model: DualEncoder, train: ImageText, validation: ImageText
) -> str:
    """Return a hash of what decides a run's course; the same on resumption."""
    h: Hyperparameters = dataclasses.replace(config.hyperparameters, threads=None)
    named = [config.seed, config.method, config.eval_metric]
    facts = [dataclasses.asdict(h), *named, hash_weights(model.tensors())]
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    for dataset in (train, validation):
        for part in dataset.bytes():
            digest.update(part)
    return digest.hexdigest()


def first_state(
    ready: Prepared,
    config: FitConfig,
    clock: Clock,
    events: EventWriter,
    stop: StopRequest,
    saved: dict[str, Any] | None,
) -> RunState:
    """Return the state of the run to go on with, or evaluate step 0 and begin one.

    Raises TrainerError and Orphaned, as `prepare` does.
    """
    if saved is not None:
        if saved.get("settings") != ready.settings:
            raise TrainerError(
                "CONFIG",
                f"{config.run_folder} was begun with other data, weights or hyperparameters",
                "resume with the settings it was begun with, or start afresh without resume",
            )
        return RunState.from_json(saved)

    def report(done: int, total: int) -> None:
        events.progress("loading", done, total, "items")
        stop.heed(fresh=True)

    evaluation, seconds = ready.evaluator.timed(ready.model, report)
    if not evaluation.finite:
        raise TrainerError(
            "NON_FINITE_START",
            f"the weights of {config.checkpoint} give embeddings that are not finite",
            "start from another checkpoint",
        )
    events.evaluation(0, evaluation.metrics)
    h = config.hyperparameters
    rate = h.learning_rate
    if rate == "auto":
        rate = automatic_learning_rate(
            evaluation.mean_reciprocal_rank,
            ready.evaluator.chance(),
            ready.model.vision_width,
            config.method,
        )
    # a training step costs about three passes, for a batch of as many texts as images
    step_seconds = 6 * h.batch_size * seconds / max(1, ready.evaluator.items)
    share = ready.evaluator.choosing_share
    costs = Costs(step_seconds, seconds, 0.0, ready.load_seconds, share)
    images = len(ready.train.paths)
    plan = first_plan(h.max_steps, clock.limit, h.evaluation_interval, -(-images // h.batch_size))
    state = RunState(ready.settings, rate, evaluation, plan, costs)
    clock.demand(
        seconds_kept_for_the_end(costs)
        + _FIRST_STEPS * step_seconds
        + ready.pixels.seconds_per_file * min(4 * h.batch_size, images),
        "the first updates",
    )
    return state
