"""Rank metrics of each query, exact under ties: the value expected over random tie order.

The twin of @semblance/eval's `expected-metrics.ts`, after McSherry & Najork, "Computing information
retrieval performance measures efficiently in the presence of tied scores", ECIR 2008: in a group of
n tied items, r of them relevant, behind a others, the places are a + 1 … a + n. Each function
returns [query], NaN for a query without relevant items.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from semblance_trainer.evaluation.ranking import Ranked

__all__ = [
    "average_precisions",
    "expected_reciprocal_ranks",
    "first_ranks",
    "hits",
    "ndcgs",
    "random_mean_reciprocal_rank",
    "recalls",
    "reciprocal_ranks",
    "relevant_found",
]

_Values = NDArray[np.float64]


def _of_queries(ranked: Ranked, queries: NDArray[np.int64], values: _Values) -> _Values:
    """Return the sum of the values by query, NaN where there is none."""
    count = len(ranked.items.bounds) - 1
    sums = np.bincount(queries, weights=values, minlength=count).astype(np.float64)
    sums[ranked.items.counts() == 0] = np.nan
    return sums


def reciprocal_ranks(ranked: Ranked, k: int | None = None) -> _Values:
    """Return the expected reciprocal rank of the first relevant item, 0 when it is beyond `k`."""
    first = ranked.first()
    values = expected_reciprocal_ranks(
        ranked.above[first], ranked.size[first], ranked.relevant[first], k
    )
    return _of_queries(ranked, ranked.query[first], values)


def expected_reciprocal_ranks(
    above: NDArray[np.int64],
    size: NDArray[np.int64],
    relevant: NDArray[np.int64],
    k: int | None = None,
) -> _Values:
    """Return for each group E[1 / rank of its first relevant item], 0 beyond `k`.

    Walks down the places: the chance that none was relevant so far, times that this one is.
    """
    last = size - relevant + 1
    if k is not None:
        last = np.minimum(last, k - above)
    expected, none_before = np.zeros(len(above)), np.ones(len(above))
    for place in range(1, int(last.max(initial=0)) + 1):
        at = np.flatnonzero(last >= place)
        chance = relevant[at] / (size[at] - place + 1)
        expected[at] += none_before[at] * chance / (above[at] + place)
        none_before[at] *= 1 - chance
    return expected


def random_mean_reciprocal_rank(counts: NDArray[np.int64], items: int) -> float:
    """Return the MRR that a random ranking of `items` items would have, exactly.

    `counts` has each query's number of relevant items; queries without any are left out.
    """
    known, queries = np.unique(counts[counts > 0], return_counts=True)
    sizes = np.full(len(known), items, dtype=np.int64)
    expected = expected_reciprocal_ranks(np.zeros_like(sizes), sizes, known)
    return float((expected * queries).sum() / queries.sum())


def hits(ranked: Ranked, k: int) -> _Values:
    """Return the chance that a relevant item is among the first `k`.

    None of the j = k - a places in reach is with the hypergeometric C(n - r, j) / C(n, j).
    """
    first = ranked.first()
    size, relevant = ranked.size[first], ranked.relevant[first]
    reached = np.minimum(size, k - ranked.above[first])
    none = np.ones(len(first))
    for i in range(int(reached.max(initial=0))):
        at = np.flatnonzero(reached > i)
        none[at] *= np.maximum(0, size[at] - relevant[at] - i) / (size[at] - i)
    return _of_queries(ranked, ranked.query[first], 1 - none)


def first_ranks(ranked: Ranked) -> _Values:
    """Return the expected rank of the first relevant item, from 1: a + (n + 1) / (r + 1)."""
    first = ranked.first()
    values = ranked.above[first] + (ranked.size[first] + 1) / (ranked.relevant[first] + 1)
    return _of_queries(ranked, ranked.query[first], values)


def relevant_found(ranked: Ranked, k: int) -> _Values:
    """Return how many relevant items are expected among the first `k`; needs all groups."""
    reached = np.clip(k - ranked.above, 0, ranked.size)
    return _of_queries(ranked, ranked.query, ranked.relevant * reached / ranked.size)


def recalls(ranked: Ranked, k: int) -> _Values:
    """Return the share of the relevant items that is among the first `k`; needs all groups."""
    return relevant_found(ranked, k) / np.maximum(ranked.items.counts(), 1)


def average_precisions(ranked: Ranked, k: int) -> _Values:
    """Return the average precision of the first `k` over all relevant items; needs all groups.

    trec_eval's `map_cut_k`. Place i of a group is relevant with chance r / n; then each of the
    i - 1 before it in the group is with chance (r - 1) / (n - 1), beside those of groups before.
    """
    counts = ranked.items.counts()
    running = np.cumsum(ranked.relevant) - ranked.relevant
    before = running - np.concatenate(([0], np.cumsum(counts)))[ranked.query]
    others = (ranked.relevant - 1) / np.maximum(ranked.size - 1, 1)
    reached = np.clip(k - ranked.above, 0, ranked.size)
    sums = np.zeros(len(reached))
    for i in range(1, int(reached.max(initial=0)) + 1):
        at = np.flatnonzero(reached >= i)
        found = before[at] + 1 + (i - 1) * others[at]
        sums[at] += ranked.relevant[at] / ranked.size[at] * found / (ranked.above[at] + i)
    return _of_queries(ranked, ranked.query, sums) / np.maximum(counts, 1)


def ndcgs(ranked: Ranked, k: int) -> _Values:
    """Return the normalised discounted cumulative gain of the first `k`; needs all groups.

    Järvelin & Kekäläinen, "Cumulated gain-based evaluation of IR techniques", ACM TOIS 20 (2002),
    with gain = grade and discount 1 / log2(place + 1): trec_eval's `ndcg_cut_k`. Every place of a
    group expects the group's mean gain.
    """
    discounts = np.concatenate(([0.0], np.cumsum(1 / np.log2(np.arange(2, k + 2)))))
    first, last = np.minimum(ranked.above, k), np.minimum(ranked.above + ranked.size, k)
    gained = ranked.gain / ranked.size * (discounts[last] - discounts[first])
    items, counts = ranked.items, ranked.items.counts()
    owner = np.repeat(np.arange(len(counts)), counts)
    order = np.lexsort((-items.grades, owner))
    place = np.arange(len(owner)) - items.bounds[owner]
    discount = np.where(place < k, 1 / np.log2(place + 2), 0)
    ideal = np.bincount(owner, weights=items.grades[order] * discount, minlength=len(counts))
    return _of_queries(ranked, ranked.query, gained) / np.where(counts > 0, ideal, 1)
