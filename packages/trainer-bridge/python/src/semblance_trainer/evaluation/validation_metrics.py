"""What an evaluation tells of all of validation: means by key, and their intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from semblance_trainer.base.metric import CUTOFFS, DIRECTIONS, Metric
from semblance_trainer.evaluation.bootstrap import clustered_intervals
from semblance_trainer.evaluation.metric_values import named_values
from semblance_trainer.evaluation.query_metrics import hits, reciprocal_ranks
from semblance_trainer.evaluation.ranking import Ranked

__all__ = ["interval_metrics", "mean_metrics"]


def mean_metrics(metric: Metric, both: tuple[Ranked, Ranked]) -> dict[str, float]:
    """Return hit@1, 5, 10, MRR and `metric` of (text to image, image to text), by key."""
    means = {
        key: float(np.nanmean(values))
        for way, ranked in zip(DIRECTIONS, both, strict=True)
        for key, values in _columns(way, ranked).items()
    }
    return {**means, **named_values(metric, both)}


def interval_metrics(
    both: tuple[Ranked, Ranked],
    groups: tuple[NDArray[np.int64], NDArray[np.int64]],  # [query] its cluster, of each direction
    seed: int,
) -> dict[str, tuple[float, float]]:
    """Return the 95 % intervals of hit@1, 5, 10 and MRR; none where there is one cluster."""
    intervals: dict[str, tuple[float, float]] = {}
    for way, ranked, clusters in zip(DIRECTIONS, both, groups, strict=True):
        columns = _columns(way, ranked)
        table = np.stack(list(columns.values()), axis=1)
        known = ~np.isnan(table[:, 0])
        found = clustered_intervals(table[known], clusters[known], seed)
        intervals.update(zip(columns, found or [], strict=False))
    return intervals


def _columns(way: str, ranked: Ranked) -> dict[str, NDArray[np.float64]]:
    """Return [query] hit@1, 5, 10 and the reciprocal rank, by key."""
    columns = {f"{way}.hit@{k}": hits(ranked, k) for k in CUTOFFS}
    return {**columns, f"{way}.mrr": reciprocal_ranks(ranked)}
