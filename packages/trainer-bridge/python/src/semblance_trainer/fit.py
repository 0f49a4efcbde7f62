"""A fit from end to end: load, evaluate step 0, train, choose, export."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from semblance_trainer.checkpoint import CheckpointStore, hash_weights, read_tensors
from semblance_trainer.clock import Clock
from semblance_trainer.config import FitConfig, Hyperparameters
from semblance_trainer.dataset import ImageText, read_dataset
from semblance_trainer.errors import TrainerError
from semblance_trainer.evaluation import Evaluator
from semblance_trainer.events import EventWriter
from semblance_trainer.keep import certificate_inputs, keep_weights
from semblance_trainer.learning_rate import automatic_learning_rate
from semblance_trainer.model import DualEncoder, load_dual_encoder, pick_device
from semblance_trainer.never_worse import Judged, judge
from semblance_trainer.pixels import Pixels, read_training_pixels, read_validation_pixels
from semblance_trainer.run_state import Costs, RunState
from semblance_trainer.schedule import first_plan
from semblance_trainer.scratch import SCRATCH, make_scratch_checkpoint
from semblance_trainer.stop import Orphaned, StopRequest
from semblance_trainer.train import Trainer, TrainingParts, seconds_kept_for_the_end
from semblance_trainer.training_data import TrainingData

__all__ = ["Fitted", "fit_weights", "run_fit"]

_FIRST_STEPS = 5  # a time limit must leave room for at least so many updates


@dataclass(frozen=True)
class _Prepared:
    """Loaded and ready: everything but the training images."""

    model: DualEncoder
    train: ImageText
    validation: ImageText
    evaluator: Evaluator
    pixels: Pixels
    settings: str


@dataclass(frozen=True)
class Fitted:
    """A fit up to the choice of weights; `result` is exit.json's, export not yet timed."""

    model: DualEncoder
    validation: ImageText
    pixels: Pixels
    store: CheckpointStore
    result: dict[str, Any]


def run_fit(config: FitConfig, events: EventWriter, stop: StopRequest) -> dict[str, Any]:
    """Run a fit job; return its result as in exit.json. Raises TrainerError and Orphaned."""
    fitted = fit_weights(config, events, stop)
    inputs = certificate_inputs(fitted.model, fitted.pixels, fitted.validation.texts)
    return keep_weights(config, fitted.result, fitted.model, fitted.store, inputs, events)


def fit_weights(config: FitConfig, events: EventWriter, stop: StopRequest) -> Fitted:
    """Load, train and choose: all that the time limit bounds. Raises TrainerError and Orphaned."""
    clock = Clock(config.started_at, config.time_limit)
    store = CheckpointStore(config.job_folder)
    if config.hyperparameters.threads is not None:
        torch.set_num_threads(config.hyperparameters.threads)
    state_json = store.open_state() if config.resume else None
    _make_room(config, store, fresh=state_json is None)
    ready = _prepare(config, clock, events, fresh=state_json is None)
    state = _first_state(ready, config, clock, events, state_json)
    training = read_training_pixels(ready.train, ready.model, config, clock, events, stop.event)
    data = TrainingData(
        ready.train,
        training.files,
        training.cache,
        ready.model,
        batch_size=config.hyperparameters.batch_size,
        seed=config.seed,
    )
    parts = TrainingParts(
        ready.model,
        data,
        ready.evaluator,
        config.hyperparameters,
        config.seed,
        clock,
        events,
        store,
        stop.event,
    )
    state = _train(parts, state, resumed=state_json is not None)
    if stop.orphaned:
        raise Orphaned
    judged = _choose(ready, state, config, events)
    seconds = clock.elapsed()
    failures = [*training.failures, *ready.pixels.failures]
    result = _result(config, state, judged, failures, seconds)
    return Fitted(ready.model, ready.validation, ready.pixels, store, result)


def _make_room(config: FitConfig, store: CheckpointStore, *, fresh: bool) -> None:
    """Take the marks of a finished run away, and all of an earlier run when this one is new."""
    run = Path(config.run_folder)
    if config.checkpoint != SCRATCH and Path(config.checkpoint).resolve() == run.resolve():
        raise TrainerError(
            "CONFIG", f"the run folder {run} is the checkpoint", "give the run a folder of its own"
        )
    run.mkdir(parents=True, exist_ok=True)
    store.folder.mkdir(parents=True, exist_ok=True)
    (run / "semblance.json").unlink(missing_ok=True)
    if fresh:
        store.clear()


def start_folder(config: FitConfig) -> Path:
    """Return the folder of the weights that training starts from."""
    if config.checkpoint == SCRATCH:
        return Path(config.run_folder) / "start"
    return Path(config.checkpoint)


def _prepare(config: FitConfig, clock: Clock, events: EventWriter, *, fresh: bool) -> _Prepared:
    events.progress("loading", 0, 3, "parts")
    train = read_dataset(Path(config.train), "training")
    validation = read_dataset(Path(config.validation), "validation")
    events.progress("loading", 1, 3, "parts")
    if config.checkpoint == SCRATCH and fresh:
        make_scratch_checkpoint(start_folder(config), train.texts, config.seed)
    model = load_dual_encoder(start_folder(config), pick_device(config.device))
    events.progress("loading", 2, 3, "parts")
    settings = _settings(config, model, train, validation)
    pixels = read_validation_pixels(validation, model, config, clock, events)
    evaluator = Evaluator(validation, pixels.files, pixels.cache, config.seed)
    if not evaluator.halves.separate:
        events.warning(
            "VALIDATION_NOT_SPLIT",
            "validation hangs together too much to be split in two halves that share nothing: "
            "weights are chosen and judged on the same items",
        )
    events.progress("loading", 3, 3, "parts")
    return _Prepared(model, train, validation, evaluator, pixels, settings)


def _settings(
    config: FitConfig, model: DualEncoder, train: ImageText, validation: ImageText
) -> str:
    """Return a hash of what decides a run's course; the same on resumption."""
    h: Hyperparameters = dataclasses.replace(config.hyperparameters, threads=None)
    facts = [dataclasses.asdict(h), config.seed, config.method, hash_weights(model.tensors())]
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    for dataset in (train, validation):
        digest.update(json.dumps([dataset.paths, dataset.texts]).encode())
        digest.update(dataset.pairs.tobytes())
    return digest.hexdigest()


def _first_state(
    ready: _Prepared,
    config: FitConfig,
    clock: Clock,
    events: EventWriter,
    saved: dict[str, Any] | None,
) -> RunState:
    """Return the state of the run to go on with, or evaluate step 0 and begin one."""
    if saved is not None:
        state = RunState.from_json(saved)
        if state.settings != ready.settings:
            raise TrainerError(
                "CONFIG",
                f"{config.run_folder} was begun with other data, weights or hyperparameters",
                "resume with the settings it was begun with, or start afresh without resume",
            )
        return state
    evaluation, seconds = ready.evaluator.timed(
        ready.model, lambda done, total: events.progress("loading", done, total, "items")
    )
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
            evaluation.mean_reciprocal_rank, ready.evaluator.chance(), ready.model.vision_width
        )
    # a training step costs about three passes, for a batch of as many texts as images
    step_seconds = 6 * h.batch_size * seconds / max(1, ready.evaluator.items)
    costs = Costs(step_seconds, seconds, 0.0)
    images = len(ready.train.paths)
    plan = first_plan(h.max_steps, clock.limit, h.evaluation_interval, -(-images // h.batch_size))
    state = RunState(ready.settings, rate, evaluation, plan, costs)
    clock.demand(
        seconds_kept_for_the_end(state)
        + _FIRST_STEPS * step_seconds
        + ready.pixels.seconds_per_file * min(4 * h.batch_size, images),
        "the first updates",
    )
    return state


def _train(parts: TrainingParts, state: RunState, *, resumed: bool) -> RunState:
    trainer = Trainer(parts, state)
    try:
        if resumed:
            if state.stopped in ("aborted", "timeLimit"):
                state.stopped = None
            trainer.restore(
                read_tensors(parts.store.path("last")), read_tensors(parts.store.path("optimizer"))
            )
        else:
            trainer.save()
            state.costs.save *= 3  # the optimizer has no state yet: two more tensors for each
        parts.events.progress("training", state.step, state.plan.total, "steps")
        trainer.run()
    finally:
        parts.data.close()
    return state


def _choose(ready: _Prepared, state: RunState, config: FitConfig, events: EventWriter) -> Judged:
    """Judge the best candidate of the choosing half on the other half."""
    events.progress("choosing", 0, 1, "candidates")
    best = state.best
    candidate = state.start if best is None else best.evaluation
    judged = judge(
        state.start.judging,
        candidate.judging,
        ready.evaluator.judging_groups(),
        chosen=candidate.choosing > state.start.choosing,
        rule=config.never_worse,
        seed=config.seed,
    )
    events.progress("choosing", 1, 1, "candidates")
    return judged


def _result(
    config: FitConfig,
    state: RunState,
    judged: Judged,
    failures: list[dict[str, Any]],
    seconds: float,
) -> dict[str, Any]:
    kept = state.start
    if judged.keep == "best" and state.best is not None:
        kept = state.best.evaluation
    return {
        "kept": judged.keep,
        "before": state.start.metrics,
        "after": kept.metrics,
        "judged": judged.as_json(),
        "steps": state.step,
        "stopped": state.stopped,
        "timing": {"fit": seconds, "export": 0.0},
        "failures": failures,
        "model": os.fspath(config.run_folder),
        "learningRate": state.learning_rate,
    }
