"""95 % intervals of means and medians over queries that hang together in clusters."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["clustered_interval", "clustered_intervals", "clustered_medians_interval"]

_RESAMPLES = 2_000
_BLOCK = 100
Interval = tuple[float, float]


def clustered_interval(
    gains: NDArray[np.float64], groups: NDArray[np.int64], seed: int
) -> Interval | None:
    """Return the 95 % percentile interval of the mean, resampling whole clusters.

    Queries that share an image or a text are not independent, so clusters are drawn with
    replacement (Efron & Tibshirani 1993, An Introduction to the Bootstrap, chapters 8 and 13),
    2,000 times. With fewer than two clusters nothing is known: None.
    """
    intervals = clustered_intervals(gains[:, None], groups, seed)
    return None if intervals is None else intervals[0]


def clustered_intervals(
    columns: NDArray[np.float64],  # [query, column]
    groups: NDArray[np.int64],  # [query] its cluster
    seed: int,
) -> list[Interval] | None:
    """Return the interval of each column's mean; all columns see the same draws."""
    cluster, count = _number(groups)
    if count < 2:
        return None
    sums = np.zeros((count, columns.shape[1]))
    np.add.at(sums, cluster, columns)
    sizes = np.bincount(cluster, minlength=count).astype(np.float64)
    means = [drawn @ sums / (drawn @ sizes)[:, None] for drawn in _draw(count, seed)]
    low, high = np.percentile(np.concatenate(means), [2.5, 97.5], axis=0)
    return list(zip(low.tolist(), high.tolist(), strict=True))


def clustered_medians_interval(
    start: NDArray[np.float64],
    candidate: NDArray[np.float64],
    groups: NDArray[np.int64],
    seed: int,
) -> Interval | None:
    """Return the interval of median(candidate) - median(start), both over the same draws."""
    cluster, count = _number(groups)
    if count < 2:
        return None
    orders = np.argsort(start, kind="stable"), np.argsort(candidate, kind="stable")
    gains = []
    for drawn in _draw(count, seed):
        for times in drawn:
            weights = times[cluster]  # [query] how often
            before = _median(start[orders[0]], weights[orders[0]])
            gains.append(_median(candidate[orders[1]], weights[orders[1]]) - before)
    low, high = np.percentile(gains, [2.5, 97.5])
    return float(low), float(high)


def _number(groups: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """Return [query] the clusters numbered from 0, and how many there are."""
    _, cluster = np.unique(groups, return_inverse=True)
    return cluster.reshape(-1), int(cluster.max()) + 1 if len(cluster) else 0


def _draw(count: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """Yield [block, cluster]: how often each cluster was drawn, 2,000 rows in all."""
    random = np.random.default_rng(seed)
    for _ in range(_RESAMPLES // _BLOCK):
        drawn = random.integers(0, count, (_BLOCK, count))
        drawn += np.arange(_BLOCK)[:, None] * count
        flat = np.bincount(drawn.reshape(-1), minlength=_BLOCK * count)
        yield flat.reshape(_BLOCK, count).astype(np.float64)


def _median(ascending: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Return the median of the values, each as often as its weight says."""
    running = np.cumsum(weights)
    middle = np.floor((running[-1] - 1) / 2), np.floor(running[-1] / 2)  # from 0
    low, high = ascending[np.searchsorted(running, middle, side="right")]
    return float(low + high) / 2
