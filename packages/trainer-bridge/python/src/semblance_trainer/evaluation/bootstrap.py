"""95 % intervals of means and medians over queries that hang together in clusters."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "clustered_interval",
    "clustered_intervals",
    "clustered_medians_interval",
    "resampled_interval",
]

_RESAMPLES = 2_000
_BLOCK = 100
Interval = tuple[float, float]


def clustered_interval(
    gains: NDArray[np.float64], groups: NDArray[np.int64], seed: int
) -> Interval | None:
    """Return the 95 % interval of the mean, resampling whole clusters.

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
    means = np.concatenate(
        [drawn @ sums / (drawn @ sizes)[:, None] for drawn in _draw(count, seed)]
    )
    estimates = sums.sum(axis=0) / sizes.sum()
    return [
        resampled_interval(samples, float(estimate), count)
        for samples, estimate in zip(means.T, estimates, strict=True)
    ]


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
    estimate = float(np.median(candidate) - np.median(start))
    return resampled_interval(np.array(gains), estimate, count)


def resampled_interval(
    samples: NDArray[np.float64],  # [resample] the figure in each
    estimate: float,  # the figure itself
    clusters: int,  # how many were drawn from, at least 2
) -> Interval:
    """Return bias-corrected percentiles, moved outwards for few clusters; as core's does.

    With z0 = the normal quantile of the share of the resamples below the figure (equal ones
    count half) and t = Student's 97.5th percentile, the ends are the percentiles of the normal
    shares of 2 z0 -+ t sqrt(clusters / (clusters - 1)). No width where nothing varies.

    Efron 1981, Nonparametric standard errors and confidence intervals; Hesterberg 2015, What
    teachers should know about the bootstrap.
    """
    rounding = 1e-12 * float(np.abs(samples).max())
    if np.ptp(samples) <= rounding:
        return estimate, estimate
    below = np.mean(samples < estimate - rounding) + np.mean(samples <= estimate + rounding)
    kept = 0.5 / len(samples)  # off 0 and 1, which have no place on the normal curve
    bias = NormalDist().inv_cdf(min(max(float(below) / 2, kept), 1 - kept))
    reach = _student(clusters - 1) * sqrt(clusters / (clusters - 1))
    shares = [NormalDist().cdf(2 * bias - reach), NormalDist().cdf(2 * bias + reach)]
    low, high = np.quantile(samples, shares)
    return float(low), float(high)


def _student(degrees: int) -> float:
    """Return the 97.5th percentile of Student's t (Abramowitz & Stegun 1964, 26.7.5)."""
    z = NormalDist().inv_cdf(0.975)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return float(sum(term / degrees**i for i, term in enumerate(terms)))


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
