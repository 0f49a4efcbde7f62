"""The rule that a fit never makes a model worse: the start stays unless the change is a gain.

The candidate was chosen on one half of validation; this judges it on the other, so that the gain
is not the luck of having been picked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Judged", "clustered_interval", "judge"]

RESAMPLES = 2_000
_BLOCK = 100


@dataclass(frozen=True)
class Judged:
    """The comparison on the judging half.

    Attributes:
        gain: mean of candidate - start over the queries of both directions.
        interval: 95 % interval of the gain; None when there are fewer than two clusters.
        start, candidate: [query] reciprocal ranks, text queries first, then image queries.
        groups: [query] the cluster of each query.
        keep: "best" when the candidate replaces the start.
    """

    gain: float
    interval: tuple[float, float] | None
    start: NDArray[np.float64]
    candidate: NDArray[np.float64]
    groups: NDArray[np.int64]
    keep: Literal["start", "best"]

    def as_json(self) -> dict[str, Any]:
        """Return the protocol's `judged`; without `interval` when there is none."""
        interval = {} if self.interval is None else {"interval": list(self.interval)}
        return {
            "metric": "mrr",
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
    chosen: bool,
    rule: Literal["mean", "significant"],
    seed: int,
) -> Judged:
    """Compare per-query reciprocal ranks of the judging half; queries that are NaN are left out.

    `chosen` says whether the candidate beat the start on the choosing half; without that it does
    not replace the start, whatever the judging half says.
    """
    known = ~(np.isnan(start) | np.isnan(candidate))
    start, candidate, groups = start[known], candidate[known], groups[known]
    gains = candidate - start
    gain = float(gains.mean()) if len(gains) else 0.0
    interval = clustered_interval(gains, groups, seed)
    significant = interval is not None and interval[0] > 0
    better = chosen and gain > 0 and (rule == "mean" or significant)
    return Judged(gain, interval, start, candidate, groups, "best" if better else "start")


def clustered_interval(
    gains: NDArray[np.float64], groups: NDArray[np.int64], seed: int
) -> tuple[float, float] | None:
    """Return the 95 % percentile interval of the mean gain, resampling whole clusters.

    Queries that share an image or a text are not independent, so clusters are drawn with
    replacement (Efron & Tibshirani 1993, An Introduction to the Bootstrap, chapters 8 and 13),
    2,000 times. With fewer than two clusters nothing is known: None.
    """
    _, cluster = np.unique(groups, return_inverse=True)
    count = int(cluster.max()) + 1 if len(cluster) else 0
    if count < 2:
        return None
    sums = np.bincount(cluster, weights=gains, minlength=count)
    sizes = np.bincount(cluster, minlength=count).astype(np.float64)
    random = np.random.default_rng(seed)
    means = []
    for _ in range(RESAMPLES // _BLOCK):
        drawn = random.integers(0, count, (_BLOCK, count))
        means.append(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1))
    low, high = np.percentile(np.concatenate(means), [2.5, 97.5])
    return (float(low), float(high))
