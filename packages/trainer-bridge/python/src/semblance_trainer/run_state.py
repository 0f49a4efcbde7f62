"""Everything a run needs to go on where it stood, but tensors; JSON in state.json."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from semblance_trainer.evaluation import Evaluation
from semblance_trainer.events import finite
from semblance_trainer.schedule import Plan

__all__ = ["Candidate", "Costs", "RunState"]


@dataclass(frozen=True)
class Candidate:
    """Weights that were evaluated after `step` updates."""

    step: int
    evaluation: Evaluation


@dataclass
class Costs:
    """Seconds measured of late: one update, one evaluation, one saved checkpoint."""

    step: float
    evaluation: float
    save: float


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
        best: of the choosing half so far; None before the first evaluation after step 0.
        last_evaluated: step of the latest evaluation.
        without_gain: evaluations since `best`.
        stopped: why training is over; None while it is not.
    """

    settings: str
    learning_rate: float
    start: Evaluation
    plan: Plan
    costs: Costs
    step: int = 0
    best: Candidate | None = None
    last_evaluated: int = 0
    without_gain: int = 0
    stopped: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the state, with the step that each tensor file must be of."""
        files = {"last": self.step, "optimizer": self.step}
        best = None
        if self.best is not None:
            files["best"] = self.best.step
            best = {"step": self.best.step, "evaluation": _to_json(self.best.evaluation)}
        return {
            "settings": self.settings,
            "learningRate": self.learning_rate,
            "start": _to_json(self.start),
            "plan": asdict(self.plan),
            "costs": asdict(self.costs),
            "step": self.step,
            "best": best,
            "lastEvaluated": self.last_evaluated,
            "withoutGain": self.without_gain,
            "stopped": self.stopped,
            "files": files,
        }

    @staticmethod
    def from_json(value: dict[str, Any]) -> RunState:
        """Return the state that `as_json` gave."""
        best = value["best"]
        return RunState(
            settings=value["settings"],
            learning_rate=value["learningRate"],
            start=_from_json(value["start"]),
            plan=Plan(**value["plan"]),
            costs=Costs(**value["costs"]),
            step=value["step"],
            best=best and Candidate(best["step"], _from_json(best["evaluation"])),
            last_evaluated=value["lastEvaluated"],
            without_gain=value["withoutGain"],
            stopped=value["stopped"],
        )


def _to_json(evaluation: Evaluation) -> dict[str, Any]:
    values = {
        "metrics": evaluation.metrics,
        "choosing": evaluation.choosing,
        "judging": evaluation.judging.tolist(),
        "finite": evaluation.finite,
    }
    return {key: finite(value) for key, value in values.items()}


def _from_json(value: dict[str, Any]) -> Evaluation:
    judging = [math.nan if item is None else item for item in value["judging"]]
    choosing = -math.inf if value["choosing"] is None else value["choosing"]
    return Evaluation(
        value["metrics"], choosing, np.array(judging, dtype=np.float64), value["finite"]
    )
