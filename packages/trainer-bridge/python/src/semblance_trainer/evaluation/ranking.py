"""Where relevant items stand in a ranking, with ties kept as ties: all that rank metrics need.

The twin of `tieGroups` in @semblance/core, with real many-to-many relevance. A score is a dot
product accumulated in float64 and rounded to float32 once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Ranked", "RelevantItems", "rank_queries", "ranking_agreement"]

_BLOCK = 512  # queries at most
_BLOCK_BYTES = 48_000_000
_BYTES_A_SCORE = 16  # in float64 and in float32, or in float32 twice with masks


@dataclass(frozen=True)
class RelevantItems:
    """Which rows of a gallery each query should find.

    Attributes:
        bounds: [query + 1] query i has the entries bounds[i] … bounds[i + 1].
        items: [entry] rows of the gallery, each once a query.
        grades: [entry] how relevant they are, above 0.
    """

    bounds: NDArray[np.int64]
    items: NDArray[np.int64]
    grades: NDArray[np.float64]

    def counts(self) -> NDArray[np.int64]:
        """Return [query] how many items are relevant."""
        return np.diff(self.bounds)


@dataclass(frozen=True)
class Ranked:
    """Groups of gallery items that share one score, at least one of them relevant.

    Attributes:
        query: [group] the query, ascending; a query's groups stand best first.
        above: [group] how many items score strictly higher.
        size: [group] how many items have this score, relevant or not.
        relevant: [group] how many of them are relevant.
        gain: [group] the sum of their grades.
        items: what was relevant.
        complete: False when each query has its first group alone.
    """

    query: NDArray[np.int64]
    above: NDArray[np.int64]
    size: NDArray[np.int64]
    relevant: NDArray[np.int64]
    gain: NDArray[np.float64]
    items: RelevantItems
    complete: bool

    def first(self) -> NDArray[np.int64]:
        """Return the places of the groups that are their query's first."""
        return np.flatnonzero(np.diff(self.query, prepend=-1))


def rank_queries(
    queries: NDArray[np.float32],  # [query, dimension]
    gallery: NDArray[np.float32],  # [item, dimension]
    relevant: RelevantItems,
    *,
    complete: bool,
) -> Ranked:
    """Rank the gallery for every query, block by block of queries.

    With `complete` every group of every query is found, else the first alone, which is faster. A
    block's scores and masks take less than 64 MB as long as the gallery has fewer than three
    million items; besides them the gallery is held once more, in float64.
    """
    columns = gallery.astype(np.float64).T
    step = min(_BLOCK, max(1, _BLOCK_BYTES // (_BYTES_A_SCORE * max(1, len(gallery)))))
    blocks = [_empty_block()]
    for start in range(0, len(queries), step):
        scores = (queries[start : start + step].astype(np.float64) @ columns).astype(np.float32)
        blocks.append(_rank_block(scores, start, relevant, complete))
    parts = [np.concatenate(column) for column in zip(*blocks, strict=True)]
    whole = [part.astype(np.int64) for part in parts[:4]]
    return Ranked(whole[0], whole[1], whole[2], whole[3], parts[4], relevant, complete)


_Block = tuple[NDArray[np.generic], ...]


def _empty_block() -> _Block:
    return tuple(np.zeros(0) for _ in range(5))


def _rank_block(
    scores: NDArray[np.float32],  # [block, item]
    start: int,
    relevant: RelevantItems,
    complete: bool,
) -> _Block:
    """Return (query, above, size, relevant, gain) of the block's groups."""
    bounds = relevant.bounds[start : start + len(scores) + 1]
    entries = slice(bounds[0], bounds[-1])
    if bounds[0] == bounds[-1]:
        return _empty_block()
    owner = np.repeat(np.arange(len(scores)), np.diff(bounds))
    own = scores[owner, relevant.items[entries]]
    order = np.lexsort((-own, owner))
    owner, own = owner[order], own[order]
    begins = np.ones(len(own), dtype=np.bool_)
    begins[1:] = (owner[1:] != owner[:-1]) | (own[1:] != own[:-1])
    at = np.flatnonzero(begins)
    tied = np.diff(np.append(at, len(own)))
    gain = np.add.reduceat(relevant.grades[entries][order], at)
    row, level = owner[at], own[at]
    if not complete:
        first = np.append(True, row[1:] != row[:-1])
        row, level, tied, gain = row[first], level[first], tied[first], gain[first]
    count = _count_all if complete else _count_first
    above, size = count(scores, row, level)
    return row + start, above, size, tied, gain


def _count_first(
    scores: NDArray[np.float32], row: NDArray[np.int64], level: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many of a row's scores are above, and at, one level a row."""
    levels = np.full((len(scores), 1), np.inf, dtype=np.float32)
    levels[row, 0] = level
    return (scores > levels).sum(axis=1)[row], (scores == levels).sum(axis=1)[row]


def _count_all(
    scores: NDArray[np.float32], row: NDArray[np.int64], level: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many of a row's scores are above, and at, any number of levels a row."""
    above, size = np.empty(len(row), dtype=np.int64), np.empty(len(row), dtype=np.int64)
    bounds = np.searchsorted(row, np.arange(len(scores) + 1))
    for i in range(len(scores)):
        part = slice(bounds[i], bounds[i + 1])
        ascending = np.sort(scores[i])
        high = np.searchsorted(ascending, level[part], side="right")
        above[part] = len(ascending) - high
        size[part] = high - np.searchsorted(ascending, level[part], side="left")
    return above, size


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
