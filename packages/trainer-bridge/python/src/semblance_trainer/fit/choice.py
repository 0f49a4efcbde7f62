"""After training: a candidate is chosen on one half of validation, and judged on the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from semblance_trainer.base.config import FitConfig
from semblance_trainer.evaluation.evaluator import Evaluation, Evaluator
from semblance_trainer.evaluation.never_worse import Judged, judge
from semblance_trainer.fit.candidates import Candidate, CandidateTrial
from semblance_trainer.fit.run_state import RunState

__all__ = ["Choice", "choose", "describe"]


@dataclass(frozen=True)
class Choice:
    """What is kept, and how it came to that; `evaluation` is that of the weights kept."""

    kept: Candidate
    evaluation: Evaluation
    judged: Judged
    candidates: list[Candidate]


def choose(
    trial: CandidateTrial, evaluator: Evaluator, state: RunState, config: FitConfig
) -> Choice:
    """Try the candidates and judge the best of them; the model is left with the kept weights.

    Of equals the earlier one counts: the start, then checkpoints, then what is made of them.
    """
    candidates = trial.run()
    start, *trained = candidates
    best = max(trained, key=lambda candidate: candidate.choosing, default=start)
    if best.choosing <= start.choosing:  # nothing to judge, so the best checkpoint is told of
        best = trained[0] if trained else start
    evaluation = trial.evaluate(best)
    judged = judge(
        state.start.judging,
        evaluation.judging,
        evaluator.judging_groups(),
        metric=evaluator.metric,
        chosen=best.choosing > start.choosing and evaluation.finite,
        rule=config.never_worse,
        seed=config.seed,
    )
    if judged.is_better:
        return Choice(best, evaluation, judged, candidates)
    trial.evaluate(start)
    return Choice(start, state.start, judged, candidates)


def describe(
    choice: Choice, state: RunState, failures: list[dict[str, Any]], spent: float
) -> dict[str, Any]:
    """Return the result as in exit.json, export not yet timed; `spent` is in seconds."""
    alpha = {} if choice.kept.alpha is None else {"alpha": choice.kept.alpha}
    return {
        "kept": choice.kept.kept,
        **alpha,
        "keptName": choice.kept.name,
        "before": state.start.metrics,
        "after": choice.evaluation.metrics,
        "intervals": {"before": state.start.intervals, "after": choice.evaluation.intervals},
        "judged": choice.judged.as_json(),
        "candidates": [candidate.as_json() for candidate in choice.candidates],
        "steps": state.step,
        "stopped": state.stopped,
        "timing": {"fit": spent, "export": 0.0},
        "failures": failures,
        "learningRate": state.learning_rate,
    }
