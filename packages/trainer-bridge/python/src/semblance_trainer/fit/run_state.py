"""Everything a run needs to go on where it stood, but tensors; JSON in state.json."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from semblance_trainer.base.events import finite
from semblance_trainer.evaluation.evaluator import Evaluation
from semblance_trainer.updates.schedule import Plan

__all__ = ["Checkpoint", "Costs", "RunState", "slot_name"]


@dataclass(frozen=True)
class Checkpoint:
    """Weights that were evaluated after `step` updates."""

    step: int
    evaluation: Evaluation


@dataclass
class Costs:
    """Seconds measured of late: one update, one evaluation, one saved checkpoint.

    Also `load`, the start read once, and `choosing_share`: what of an evaluation its choosing half
    takes, in 0..1.
    """

    step: float
    evaluation: float
    save: float
    load: float
    choosing_share: float


def slot_name(place: int) -> str:
    """Return the tensor file of the checkpoint that is in that place from 0 among the best."""
    return "best" if place == 0 else f"best-{place + 1}"


@dataclass
class RunState:
    """Where a run stands.

    Attributes:
        settings: hash of what must not change between a run and its resumption.
        learning_rate: peak in use.
        start: step 0 on validation.
        plan: the schedule.
        costs: for the time that must be kept for the end.
        step: updates made.
        top: the best of the choosing half so far, best first; step 0 is none of them.
        last_evaluated: step of the latest evaluation.
        without_gain: evaluations since there was a new best.
        stopped: why training is over; None while it is not.
        negatives_at: step at which the hard negatives in use were found; None: there are none.
    """

    settings: str
    learning_rate: float
    start: Evaluation
    plan: Plan
    costs: Costs
    step: int = 0
    top: list[Checkpoint] = field(default_factory=list)
    last_evaluated: int = 0
    without_gain: int = 0
    stopped: str | None = None
    negatives_at: int | None = None

    def rank(self, checkpoint: Checkpoint, most: int) -> bool:
        """Give a checkpoint its place among the best; return whether it has one of `most`."""
        value = checkpoint.evaluation.choosing
        place = sum(other.evaluation.choosing >= value for other in self.top)
        self.without_gain = 0 if place == 0 else self.without_gain + 1
        self.top.insert(place, checkpoint)
        del self.top[most:]
        return place < most

    def slots(self) -> dict[str, int]:
        """Return the step that each of the best is of, by tensor file."""
        return {slot_name(i): checkpoint.step for i, checkpoint in enumerate(self.top)}

    def as_json(self) -> dict[str, Any]:
        """Return the state, with the step that each tensor file must be of."""
        files = {"last": self.step, "optimizer": self.step, **self.slots()}
        if self.negatives_at is not None:
            files["negatives"] = self.negatives_at
        return {
            "settings": self.settings,
            "learningRate": self.learning_rate,
            "start": _to_json(self.start),
            "plan": asdict(self.plan),
            "costs": asdict(self.costs),
            "step": self.step,
            "top": [{"step": c.step, "evaluation": _to_json(c.evaluation)} for c in self.top],
            "lastEvaluated": self.last_evaluated,
            "withoutGain": self.without_gain,
            "stopped": self.stopped,
            "negativesAt": self.negatives_at,
            "files": files,
        }

    @staticmethod
    def from_json(value: dict[str, Any]) -> RunState:
        """Return the state that `as_json` gave."""
        return RunState(
            settings=value["settings"],
            learning_rate=value["learningRate"],
            start=_from_json(value["start"]),
            plan=Plan(**value["plan"]),
            costs=Costs(**value["costs"]),
            step=value["step"],
            top=[Checkpoint(c["step"], _from_json(c["evaluation"])) for c in value["top"]],
            last_evaluated=value["lastEvaluated"],
            without_gain=value["withoutGain"],
            stopped=value["stopped"],
            negatives_at=value["negativesAt"],
        )


def _to_json(evaluation: Evaluation) -> dict[str, Any]:
    values = {
        "metrics": evaluation.metrics,
        "choosing": evaluation.choosing,
        "judging": evaluation.judging.tolist(),
        "finite": evaluation.finite,
        "intervals": evaluation.intervals,
    }
    return {key: finite(value) for key, value in values.items()}


def _from_json(value: dict[str, Any]) -> Evaluation:
    judging = [math.nan if item is None else item for item in value["judging"]]
    choosing = -math.inf if value["choosing"] is None else value["choosing"]
    return Evaluation(
        value["metrics"],
        choosing,
        np.array(judging, dtype=np.float64),
        value["finite"],
        {key: (low, high) for key, (low, high) in value["intervals"].items()},
    )
