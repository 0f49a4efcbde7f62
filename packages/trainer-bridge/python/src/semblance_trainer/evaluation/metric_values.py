"""A metric's values of queries, and the number that they make."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from semblance_trainer.base.metric import CUTOFFS, DIRECTIONS, Metric
from semblance_trainer.evaluation.query_metrics import (
    average_precisions,
    first_ranks,
    hits,
    ndcgs,
    recalls,
    reciprocal_ranks,
    relevant_found,
)
from semblance_trainer.evaluation.ranking import Ranked

__all__ = ["named_values", "query_values", "summarize"]

_Values = NDArray[np.float64]
_AT_K: dict[str, Callable[[Ranked, int], _Values]] = {
    "hit": hits,
    "recall": recalls,
    "precision": lambda ranked, k: relevant_found(ranked, k) / k,
    "mrr": reciprocal_ranks,
    "map": average_precisions,
    "ndcg": ndcgs,
}


def query_values(metric: Metric, both: tuple[Ranked, Ranked]) -> _Values:
    """Return [query], text queries, then image queries: greater is better, so ranks are negated.

    `both` is (text to image, image to text), complete where the metric needs all. NaN for a query
    without relevant items, or of the direction that the metric is not about. A query's part in
    rsum is weighted so that the mean over all queries is rsum.
    """
    columns = []
    for way, ranked in zip(DIRECTIONS, both, strict=True):
        values = _one_direction(metric, ranked)
        columns.append(values if metric.direction in (None, way) else np.full_like(values, np.nan))
    if metric.family == "rsum":
        known = [int(np.count_nonzero(~np.isnan(values))) for values in columns]
        columns = [v * sum(known) / max(1, n) for v, n in zip(columns, known, strict=True)]
    return np.concatenate(columns)


def summarize(metric: Metric, values: _Values) -> float:
    """Return the mean, or the median, of the values that are known; 0 when none is."""
    known = values[~np.isnan(values)]
    if len(known) == 0:
        return 0.0
    return float(np.median(known) if metric.statistic == "median" else known.mean())


def named_values(metric: Metric, both: tuple[Ranked, Ranked]) -> dict[str, float]:
    """Return the metric by the keys of `eval --json`: `rsum`, else one for each direction."""
    if metric.family == "rsum":
        return {"rsum": summarize(metric, query_values(metric, both))}
    plain = metric.name.split(".")[-1]
    sign = -1 if metric.is_rank else 1
    return {
        f"{way}.{plain}": sign * summarize(metric, _one_direction(metric, ranked))
        for way, ranked in zip(DIRECTIONS, both, strict=True)
        if metric.direction in (None, way)
    }


def _one_direction(metric: Metric, ranked: Ranked) -> _Values:
    if metric.is_rank:
        return -first_ranks(ranked)
    if metric.family == "rsum":
        return np.asarray(100 * np.sum([hits(ranked, k) for k in CUTOFFS], axis=0))
    if not metric.cutoffs:
        return reciprocal_ranks(ranked)
    return np.asarray(np.mean([_AT_K[metric.family](ranked, k) for k in metric.cutoffs], axis=0))
