"""A fit from end to end: load, evaluate step 0, train, choose, export."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from semblance_trainer.base.clock import Clock
from semblance_trainer.base.config import FitConfig
from semblance_trainer.base.events import EventWriter
from semblance_trainer.base.stop import Orphaned, StopRequest
from semblance_trainer.batches.training_data import DataOptions, TrainingData
from semblance_trainer.data.dataset import ImageText
from semblance_trainer.data.pixels import Pixels
from semblance_trainer.data.training_images import open_training_images
from semblance_trainer.distributed.world import SOLO, World
from semblance_trainer.export.run_facts import describe_run
from semblance_trainer.fit.candidates import CandidateTrial
from semblance_trainer.fit.choice import Choice, choose, describe
from semblance_trainer.fit.follow import MODEL_STANDS, Beginning, unite_failures
from semblance_trainer.fit.keep import certificate_inputs, keep_weights
from semblance_trainer.fit.prepare import (
    first_state,
    make_room,
    mark_unfinished,
    prepare,
    start_folder,
)
from semblance_trainer.fit.run_state import RunState
from semblance_trainer.fit.train import Trainer, TrainingParts
from semblance_trainer.models.checkpoint import CheckpointStore, read_tensors
from semblance_trainer.models.dual_encoder import DualEncoder, load_dual_encoder
from semblance_trainer.models.methods import apply_method, check_method, count_parameters

__all__ = ["Fitted", "fit_weights", "run_fit"]


@dataclass(frozen=True)
class Fitted:
    """A fit up to the choice of weights.

    `model` has the weights that were kept; `result` is exit.json's, export not yet timed.
    """

    model: DualEncoder
    validation: ImageText
    pixels: Pixels
    result: dict[str, Any]


def run_fit(
    config: FitConfig, events: EventWriter, stop: StopRequest, world: World = SOLO
) -> dict[str, Any]:
    """Run a fit job; return its result as in exit.json. Raises TrainerError and Orphaned."""
    fitted = fit_weights(config, events, stop, world)
    inputs = certificate_inputs(fitted.model, fitted.pixels, fitted.validation.texts)
    return keep_weights(config, fitted.result, fitted.model, inputs, events)


def fit_weights(
    config: FitConfig, events: EventWriter, stop: StopRequest, world: World = SOLO
) -> Fitted:
    """Load, train and choose: all that the time limit bounds. Raises TrainerError and Orphaned."""
    check_method(config)
    clock = Clock(config.started_at, config.time_limit)
    store = CheckpointStore(config.job_folder)
    if config.hyperparameters.threads is not None:
        torch.set_num_threads(config.hyperparameters.threads)
    state_json = store.open_state() if config.resume else None
    make_room(config, store, fresh=state_json is None)
    ready = prepare(config, clock, events, stop, fresh=state_json is None)
    world.tell(MODEL_STANDS)
    state = first_state(ready, config, clock, events, stop, state_json)
    mark_unfinished(config)
    apply_method(ready.model, config.method, config.hyperparameters, config.seed)
    parameters = count_parameters(ready.model)
    training = open_training_images(ready.train, ready.model, config, clock, events, stop.event)
    h = config.hyperparameters
    options = DataOptions(h.batch_size, config.seed, h.mirror, world.place)
    data = TrainingData(ready.train, training, ready.model, options)
    if stop.event.is_set():  # what was read is not all: the others could not go by it
        world.tell(None)
        world = SOLO
    world.tell(Beginning(resumed=state_json is not None))
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
        world,
    )
    state = _train(parts, state, resumed=state_json is not None)
    unreadable = unite_failures(world.collect(training.failures))
    if stop.orphaned:
        raise Orphaned
    choice = _choose(parts, state, config, stop)
    result = {
        **describe(choice, state, [*unreadable, *ready.pixels.failures], clock.elapsed()),
        **describe_run(config, ready.model.device),
        "parameters": parameters,
        "model": config.run_folder,
    }
    return Fitted(ready.model, ready.validation, ready.pixels, result)


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
        parts.world.copy_from_first(parts.model.network.state_dict().values())
        trainer.tell_progress()
        trainer.run()
    finally:
        parts.data.close()
    return state


def _choose(parts: TrainingParts, state: RunState, config: FitConfig, stop: StopRequest) -> Choice:
    start = start_folder(config)
    trial = CandidateTrial(
        parts, state, stop, lambda: load_dual_encoder(start, torch.device("cpu")).tensors()
    )
    return choose(trial, parts.evaluator, state, config)
