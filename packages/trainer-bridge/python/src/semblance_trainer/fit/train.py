"""The training loop: updates, evaluations, checkpoints, and when to stop."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, replace

from semblance_trainer.base.clock import Clock
from semblance_trainer.base.config import Hyperparameters
from semblance_trainer.base.events import EventWriter
from semblance_trainer.batches.negative_search import NegativeSearch
from semblance_trainer.batches.training_data import TrainingData
from semblance_trainer.distributed.world import SOLO, World
from semblance_trainer.evaluation.evaluator import Evaluator
from semblance_trainer.fit.pace import Pace
from semblance_trainer.fit.run_state import Checkpoint, RunState
from semblance_trainer.models.checkpoint import CheckpointStore, Tensors, read_tensors
from semblance_trainer.models.dual_encoder import DualEncoder
from semblance_trainer.updates.gradients import StepInput
from semblance_trainer.updates.learning_rate import CLEARLY_ABOVE_CHANCE
from semblance_trainer.updates.schedule import learning_rate_at
from semblance_trainer.updates.update import Updater

__all__ = ["Order", "Trainer", "TrainingParts"]

_SAVE_SECONDS = 20.0
# Saving between evaluations takes at most one part in so many of the time, as in Mohan,
# Phanishayee & Chidambaram, "CheckFreq", FAST 2021, which allows 3.5 %.
_RARITY = 30


@dataclass(frozen=True)
class Order:
    """An update that all processes make together: which step, its learning rate, its seed."""

    step: int
    rate: float
    seed: int


@dataclass(frozen=True)
class TrainingParts:
    """What the loop works with."""

    model: DualEncoder
    data: TrainingData
    evaluator: Evaluator
    hyperparameters: Hyperparameters
    seed: int
    clock: Clock
    events: EventWriter
    store: CheckpointStore
    stop: threading.Event
    world: World = SOLO


class Trainer:
    """Trains from `state` on until a reason to stop is found."""

    def __init__(self, parts: TrainingParts, state: RunState) -> None:
        self._parts = parts
        self.state = state
        self._updater = Updater(parts.model, parts.hyperparameters, parts.world.exchange)
        self._negatives = NegativeSearch(
            parts.model,
            parts.data,
            parts.hyperparameters.hard_negatives,
            parts.seed,
            parts.events,
            parts.stop,
        )
        self._saved_at = time.monotonic()
        self._fresh: dict[int, Tensors] = {}  # weights of a step that are in no file yet
        self._slots = state.slots()  # as they are on disk
        self._pace = Pace(state, parts.hyperparameters, parts.clock)

    def restore(self, last: Tensors, optimizer: Tensors) -> None:
        """Put back the weights and optimizer state of a checkpoint."""
        self._updater.load(last, optimizer)
        self.state.plan = replace(self.state.plan, correct_at=None)
        if self.state.negatives_at is not None:
            self._negatives.restore(read_tensors(self._parts.store.path("negatives")))

    def run(self) -> str:
        """Train; return why it stopped. The last weights are evaluated and saved.

        The model is then a plain one, for any weights of the run to be loaded into.
        """
        self._parts.model.network.train()
        while self.state.stopped is None:
            reason = self._reason_to_stop()
            if reason is None:
                self._find_negatives()
            if reason is None and not self._update():
                reason = "nonFinite"
            self.state.stopped = reason
            if reason is None:
                self._look_after()
        self._parts.world.tell(None)
        if self.state.step > self.state.last_evaluated:
            self._evaluate()
            self.save()
        self._updater.finish()
        return self.state.stopped

    def _reason_to_stop(self) -> str | None:
        state, h = self.state, self._parts.hyperparameters
        if self._parts.stop.is_set():
            return "aborted"
        if h.max_steps is not None and state.step >= h.max_steps:
            return "maxSteps"
        if state.plan.final and state.step >= state.plan.total:
            return "timeLimit" if self._parts.clock.limit is not None else "maxSteps"
        if h.patience is not None and state.without_gain >= h.patience:
            return "patience"
        if self._parts.clock.remaining() < self._pace.seconds_kept_for_the_end():
            return "timeLimit"
        return None

    def tell_progress(self) -> None:
        """Tell how many updates are made, and of how many once that is known."""
        plan = self.state.plan
        total = plan.total if plan.final else None
        self._parts.events.progress("training", self.state.step, total, "steps")

    def _find_negatives(self) -> None:
        """Look for hard negatives when it is time."""
        state, evaluator = self.state, self._parts.evaluator
        trained = state.start.mean_reciprocal_rank >= CLEARLY_ABOVE_CHANCE * evaluator.chance()
        if self._negatives.is_due(state.step, state.negatives_at, start_is_trained=trained):
            seconds_per_item = state.costs.evaluation / max(1, evaluator.items)
            left = self._parts.clock.remaining() - self._pace.seconds_kept_for_the_end()
            table = self._negatives.look(state.step, seconds_per_item, left)
            if table is not None:
                state.negatives_at = state.step
                self._parts.world.tell(table)

    def _update(self) -> bool:
        """Make one update; False, with the weights as they were, when the loss is not finite."""
        state, h = self.state, self._parts.hyperparameters
        began = time.monotonic()
        rate = learning_rate_at(state.step, state.plan, state.learning_rate, h.warmup)
        order = Order(state.step, rate, self._parts.seed * 1_000_003 + state.step)
        self._parts.world.tell(order)
        batch = self._parts.data.step(order.step)
        step = StepInput(batch.images, batch.ids, self._parts.world.agree_on(batch.targets))
        done = self._updater.update(step, order.step + 1, order.rate, order.seed)
        if not done.finite:
            self._tell_step(done.loss, rate, len(batch.targets), began, force=True)
            return False
        state.step += 1
        self._pace.measure(time.monotonic() - began)
        self._tell_step(done.loss, rate, len(batch.targets), began, force=state.step == 1)
        return True

    def _tell_step(
        self, loss: float, rate: float, images: int, began: float, *, force: bool
    ) -> None:
        left = self._pace.seconds_left()
        self._parts.events.step(
            force=force,
            step=self.state.step,
            loss=loss,
            learningRate=rate,
            imagesPerSecond=round(images / max(time.monotonic() - began, 1e-6), 1),
            secondsLeft=None if math.isinf(left) else max(0.0, round(left, 1)),
        )

    def _look_after(self) -> None:
        """Keep the plan in step with the clock; evaluate and save when it is time."""
        state = self.state
        if self._pace.plan():
            self.tell_progress()
        if state.plan.final and state.step % state.plan.evaluation_every == 0:
            self._evaluate()
            self.save()
        elif time.monotonic() - self._saved_at > max(_SAVE_SECONDS, _RARITY * state.costs.save):
            self.save()

    def _evaluate(self) -> None:
        with self._updater.kept_weights():
            self._evaluate_kept()

    def _evaluate_kept(self) -> None:
        state, parts = self.state, self._parts
        evaluation, seconds = parts.evaluator.timed(parts.model)
        state.costs.evaluation = max(seconds, 0.8 * state.costs.evaluation)
        state.last_evaluated = state.step
        parts.events.evaluation(state.step, evaluation.metrics)
        self.tell_progress()
        if not evaluation.finite:
            state.stopped = "nonFinite"
            return
        if state.rank(Checkpoint(state.step, evaluation), parts.hyperparameters.average_top):
            self._fresh = {state.step: parts.model.tensors()}

    def save(self) -> None:
        """Commit weights, optimizer and state; and the best weights where they changed."""
        state, began = self.state, time.monotonic()
        files = {
            "last": (state.step, self._updater.last_weights()),
            "optimizer": (state.step, self._updater.tensors()),
        }
        if self._negatives.fresh is not None and state.negatives_at is not None:
            files["negatives"] = (state.negatives_at, self._negatives.fresh)
            self._negatives.fresh = None
        slots, moved = state.slots(), {}
        on_disk = {step: name for name, step in self._slots.items()}
        for name, step in slots.items():
            if step in self._fresh:
                files[name] = (step, self._fresh[step])
            elif on_disk[step] != name:
                moved[name] = on_disk[step]
        self._parts.store.commit(state.as_json(), files, moved)
        self._fresh, self._slots = {}, slots
        self._saved_at = time.monotonic()
        state.costs.save = max(self._saved_at - began, 0.8 * state.costs.save)
