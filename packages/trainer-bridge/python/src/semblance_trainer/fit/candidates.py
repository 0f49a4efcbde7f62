"""Weights that a fit could keep: checkpoints, their average, what lies between it and the start."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from semblance_trainer.base.events import finite
from semblance_trainer.base.stop import Orphaned, StopRequest
from semblance_trainer.evaluation.evaluator import Evaluation
from semblance_trainer.fit.run_state import RunState, slot_name
from semblance_trainer.fit.train import TrainingParts
from semblance_trainer.fit.weight_mix import ALPHAS, average_weights, interpolate_weights
from semblance_trainer.models.checkpoint import Tensors, read_tensors

__all__ = ["Candidate", "CandidateTrial"]

_STAGE = "choosing"


@dataclass(frozen=True)
class Candidate:
    """Weights with what is known of them.

    Attributes:
        name: for people.
        kept: what a result says when they are kept.
        choosing: the metric on the choosing half, greater is better; -inf when not finite.
        weights: makes them, in a second or so.
        evaluation: on all of validation; None where only the choosing half was measured.
        alpha: the weight of the trained side of an interpolation.
    """

    name: str
    kept: Literal["start", "best", "average", "interpolated"]
    choosing: float
    weights: Callable[[], Tensors]
    evaluation: Evaluation | None = None
    alpha: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the protocol's entry of `candidates`."""
        return {"name": self.name, "choosing": finite(self.choosing)}


class CandidateTrial:
    """Measures candidates one after the other, as long as there is time."""

    def __init__(
        self,
        parts: TrainingParts,
        state: RunState,
        stop: StopRequest,
        load_start: Callable[[], Tensors],
    ) -> None:
        self._parts, self._state, self._stop = parts, state, stop
        self._load_start = load_start
        self._start: Tensors | None = None
        self._tried = 0
        self._skipped: list[str] = []

    def run(self) -> list[Candidate]:
        """Return all that were measured, the start first."""
        measured = [self._of_start(), *self._checkpoints()]
        if len(measured) > 1:
            self._tell()
            if len(self._state.top) > 1:
                measured += self._try(self._average())
            trained = max(measured[1:], key=lambda candidate: candidate.choosing)
            for alpha in ALPHAS:
                measured += self._try(self._between(trained, alpha))
        if self._skipped:
            self._parts.events.warning(
                "CANDIDATES_SKIPPED",
                f"there was no time to try {', '.join(self._skipped)}: give a longer time limit",
            )
        return measured

    def evaluate(self, candidate: Candidate) -> Evaluation:
        """Return the evaluation on all of validation; the model has the candidate's weights."""
        self._parts.model.load_tensors(candidate.weights())
        return candidate.evaluation or self._parts.evaluator.evaluate(self._parts.model, self._heed)

    def _of_start(self) -> Candidate:
        start = self._state.start
        return Candidate("start", "start", start.choosing, self._start_weights, start)

    def _start_weights(self) -> Tensors:
        if self._start is None:
            self._start = self._load_start()
        return self._start

    def _checkpoints(self) -> list[Candidate]:
        return [
            Candidate(
                f"step {checkpoint.step}",
                "best",
                checkpoint.evaluation.choosing,
                lambda slot=slot: read_tensors(self._parts.store.path(slot_name(slot))),  # type: ignore[misc]
                checkpoint.evaluation,
            )
            for slot, checkpoint in enumerate(self._state.top)
        ]

    def _average(self) -> Candidate:
        paths = [self._parts.store.path(slot_name(slot)) for slot in range(len(self._state.top))]
        name = f"average of {len(paths)}"
        return Candidate(name, "average", -math.inf, lambda: average_weights(paths))

    def _between(self, trained: Candidate, alpha: float) -> Candidate:
        def weights() -> Tensors:
            return interpolate_weights(self._start_weights(), trained.weights(), alpha)

        return Candidate(f"alpha {alpha:g}", "interpolated", -math.inf, weights, alpha=alpha)

    def _try(self, candidate: Candidate) -> list[Candidate]:
        """Measure the choosing half; nothing when there is no time for it and for what follows."""
        costs = self._state.costs
        needed = (costs.choosing_share + 1) * costs.evaluation
        if candidate.kept == "interpolated" and self._start is None:
            needed += costs.load
        if self._parts.clock.remaining() < needed:
            self._skipped.append(candidate.name)
            return []
        self._parts.model.load_tensors(candidate.weights())
        choosing = self._parts.evaluator.choose(self._parts.model, self._heed)
        self._tried += 1
        self._tell()
        return [replace(candidate, choosing=choosing)]

    def _tell(self) -> None:
        total = len(ALPHAS) + (len(self._state.top) > 1)
        self._parts.events.progress(_STAGE, self._tried, total, "candidates")

    def _heed(self, _done: int, _total: int) -> None:
        if self._stop.orphaned:
            raise Orphaned
