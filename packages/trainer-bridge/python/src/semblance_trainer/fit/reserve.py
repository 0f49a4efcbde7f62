"""What must be left of a time limit when training stops."""

from __future__ import annotations

from semblance_trainer.fit.run_state import Costs
from semblance_trainer.fit.weight_mix import ALPHAS

__all__ = ["seconds_for_candidates", "seconds_kept_for_the_end"]

_SHARE = 0.1  # of the time limit at most, for candidates


def seconds_kept_for_the_end(costs: Costs) -> float:
    """Return the time of one more update, the last evaluation and its checkpoint.

    A third more than they took.
    """
    return 1.33 * (costs.step + costs.evaluation + costs.save) + 0.5


def seconds_for_candidates(costs: Costs, limit: float | None, average_top: int) -> float:
    """Return the time to keep for the candidates that are made after training.

    The choosing half for each, and all of validation for the one that is chosen, a fifth more than
    they took; at most a tenth of the time limit. Without a limit nothing needs to be kept.
    """
    if limit is None:
        return 0.0
    made = len(ALPHAS) + (average_top > 1)
    needed = costs.load + (made * costs.choosing_share + 1) * costs.evaluation
    return min(1.2 * needed, _SHARE * limit)
