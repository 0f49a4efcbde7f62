"""Reciprocal ranks and hit rates, exact under ties: the value expected over random tie order.

The twin of `reciprocalRanks` in @semblance/core, with real many-to-many relevance. A score is a
dot product accumulated in float64 and rounded to float32 once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CUTOFFS",
    "QueryRanks",
    "expected_hit",
    "expected_reciprocal_rank",
    "random_mean_reciprocal_rank",
    "rank_queries",
    "ranking_agreement",
]

CUTOFFS = (1, 5, 10)
_BLOCK = 512  # queries at most
_BLOCK_BYTES = 48_000_000
_BYTES_A_SCORE = 16  # in float64 and in float32, or in float32 twice with masks


@dataclass(frozen=True)
class QueryRanks:
    """Per query, in [0, 1]; NaN for one without relevant items.

    Attributes:
        reciprocal: [query] expected reciprocal rank of the first relevant item, no cut.
        hits: [query, cutoff] probability that a relevant item is in the top 1, 5, 10.
    """

    reciprocal: NDArray[np.float64]
    hits: NDArray[np.float64]


@lru_cache(maxsize=4096)
def _first_position(size: int, relevant: int) -> NDArray[np.float64]:
    """Return P(first relevant item stands at position p), p = 1 … size, in a random order.

    Of `size` items of which `relevant` are relevant: C(size - p, relevant - 1) / C(size, relevant),
    as a running product of (size - p - relevant + 1) / (size - p).
    """
    positions = np.arange(1, size, dtype=np.float64)
    ratios = np.maximum(size - positions - relevant + 1, 0) / (size - positions)
    return np.concatenate(([1.0], np.cumprod(ratios))) * (relevant / size)


def expected_reciprocal_rank(above: int, size: int, relevant: int) -> float:
    """Return E[1 / rank of the first relevant item].

    The best relevant items score exactly as `size` items do, `relevant` of them relevant, and
    `above` items score higher.
    """
    if size == 1:
        return 1 / (above + 1)
    ranks = above + np.arange(1, size + 1)
    return float((_first_position(size, relevant) / ranks).sum())


def expected_hit(above: int, size: int, relevant: int, k: int) -> float:
    """Return P(a relevant item is among the first k)."""
    inside = min(max(k - above, 0), size)
    return 1.0 if inside == size else float(_first_position(size, relevant)[:inside].sum())


def rank_queries(
    queries: NDArray[np.float32],  # [query, dimension]
    gallery: NDArray[np.float32],  # [item, dimension]
    relevant: Sequence[NDArray[np.int64]],  # for each query the rows of its relevant items
) -> QueryRanks:
    """Rank the gallery for every query, block by block of queries.

    A block's scores and masks take less than 64 MB as long as the gallery has fewer than three
    million items; besides them the gallery is held once more, in float64.
    """
    reciprocal = np.full(len(queries), np.nan)
    hits = np.full((len(queries), len(CUTOFFS)), np.nan)
    columns = gallery.astype(np.float64).T
    step = min(_BLOCK, max(1, _BLOCK_BYTES // (_BYTES_A_SCORE * max(1, len(gallery)))))
    for start in range(0, len(queries), step):
        block = queries[start : start + step].astype(np.float64)
        scores = (block @ columns).astype(np.float32)  # [block, item]
        is_relevant = np.zeros(scores.shape, dtype=np.bool_)
        for row in range(len(block)):
            is_relevant[row, relevant[start + row]] = True
        best = np.where(is_relevant, scores, -np.inf).max(axis=1, keepdims=True)
        above = (scores > best).sum(axis=1)
        level = scores == best
        size, tied = level.sum(axis=1), (level & is_relevant).sum(axis=1)
        for i in np.flatnonzero(tied):
            facts = int(above[i]), int(size[i]), int(tied[i])
            reciprocal[start + i] = expected_reciprocal_rank(*facts)
            hits[start + i] = [expected_hit(*facts, k) for k in CUTOFFS]
    return QueryRanks(reciprocal, hits)


def random_mean_reciprocal_rank(relevant: Sequence[NDArray[np.int64]], items: int) -> float:
    """Return the MRR that a random ranking of `items` items would have, exactly."""
    counts = [len(rows) for rows in relevant if len(rows) > 0]
    by_count = {count: expected_reciprocal_rank(0, items, count) for count in set(counts)}
    return float(np.mean([by_count[count] for count in counts]))


def ranking_agreement(
    one: tuple[NDArray[np.float32], NDArray[np.float32]],  # [query, dimension], [item, dimension]
    other: tuple[NDArray[np.float32], NDArray[np.float32]],
    depth: int,
) -> float:
    """Return the mean over queries of the share of the first `depth` items that both rankings name.

    The agreement at depth d of Webber, Moffat and Zobel, "A similarity measure for indefinite
    rankings" (2010), section 3: |A and B| / d; at depth 1 the fraction of queries with the same
    first item. A depth beyond the gallery is the gallery; equal scores stand in the items' order.
    """
    depth = min(depth, len(one[1]))
    shared = 0
    step = min(_BLOCK, max(1, _BLOCK_BYTES // (_BYTES_A_SCORE * max(1, len(one[1])))))
    for start in range(0, len(one[0]), step):
        tops = []
        for queries, gallery in (one, other):
            scores = queries[start : start + step].astype(np.float64) @ gallery.T
            tops.append(np.argsort(-scores.astype(np.float32), axis=1, kind="stable")[:, :depth])
        shared += int((tops[0][:, :, None] == tops[1][:, None, :]).sum())
    return shared / (len(one[0]) * depth)
