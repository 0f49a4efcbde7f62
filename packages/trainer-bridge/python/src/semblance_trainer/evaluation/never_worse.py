"""The rule that a fit never makes a model worse: the start stays unless the change is a gain.

The candidate was chosen on one half of validation; this judges it on the other, so that the gain
is not the luck of having been picked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from semblance_trainer.base.metric import Metric
from semblance_trainer.evaluation.bootstrap import clustered_interval, clustered_medians_interval
from semblance_trainer.evaluation.metric_values import summarize

__all__ = ["Judged", "judge"]


@dataclass(frozen=True)
class Judged:
    """The comparison on the judging half.

    Attributes:
        metric: by which it was made.
        gain: how much better the candidate is: the mean of candidate - start over the queries,
            for a median the difference of the two medians.
        interval: 95 % interval of the gain; None when there are fewer than two clusters.
        start, candidate: [query] the metric's values, text queries first, then image queries.
        groups: [query] the cluster of each query.
        is_better: whether the candidate replaces the start.
    """

    metric: Metric
    gain: float
    interval: tuple[float, float] | None
    start: NDArray[np.float64]
    candidate: NDArray[np.float64]
    groups: NDArray[np.int64]
    is_better: bool

    def as_json(self) -> dict[str, Any]:
        """Return the protocol's `judged`; without `interval` when there is none."""
        interval = {} if self.interval is None else {"interval": list(self.interval)}
        return {
            "metric": self.metric.name,
            "gain": self.gain,
            **interval,
            "start": self.start.tolist(),
            "candidate": self.candidate.tolist(),
            "groups": self.groups.tolist(),
        }


def judge(
    start: NDArray[np.float64],
    candidate: NDArray[np.float64],
    groups: NDArray[np.int64],
    *,
    metric: Metric,
    chosen: bool,
    rule: Literal["mean", "significant"],
    seed: int,
) -> Judged:
    """Compare per-query values of the judging half; queries that are NaN are left out.

    `chosen` says whether the candidate beat the start on the choosing half; without that it does
    not replace the start, whatever the judging half says.
    """
    known = ~(np.isnan(start) | np.isnan(candidate))
    start, candidate, groups = start[known], candidate[known], groups[known]
    if metric.statistic == "median":
        gain = summarize(metric, candidate) - summarize(metric, start)
        interval = clustered_medians_interval(start, candidate, groups, seed)
    else:
        gain = summarize(metric, candidate - start)
        interval = clustered_interval(candidate - start, groups, seed)
    significant = interval is not None and interval[0] > 0
    better = chosen and gain > 0 and (rule == "mean" or significant)
    return Judged(metric, gain, interval, start, candidate, groups, better)
