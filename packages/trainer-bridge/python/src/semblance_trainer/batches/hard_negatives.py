"""Captions that a model takes for an image's own, and batches in which they meet.

The rules are named after sentence-transformers' `mine_hard_negatives`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semblance_trainer.base.negative_rules import HardNegatives

__all__ = ["NegativeTable", "find_hard_negatives", "pack_hard_negatives"]

_SCORES_AT_ONCE = 1 << 23  # 32 MB of float32
_NONE = -1


@dataclass(frozen=True)
class NegativeTable:
    """Hard negatives of some images.

    Attributes:
        images: [mined] int64 image rows, ascending.
        others: [mined, per item] int64 rows of the images whose caption is the hard negative; -1
            where there are fewer.
        texts: [mined, per item] int64 rows of those captions.
    """

    images: NDArray[np.int64]
    others: NDArray[np.int64]
    texts: NDArray[np.int64]


def find_hard_negatives(
    image_vectors: NDArray[np.float32],  # [mined, dimension], L2-normalised
    text_vectors: NDArray[np.float32],  # [mined, dimension], L2-normalised: row i is image i's own
    known: Sequence[NDArray[np.int64]],  # of each image the columns that may not be negatives
    rules: HardNegatives,
    random: np.random.Generator,
) -> NDArray[np.int64]:
    """Return [mined, per item] columns of each image's hard negatives, -1 where there are fewer.

    Candidates are the `range_max` captions of the highest cosine similarity without those in
    `known`. Those stay whose score lies in `min_score`..`max_score`, is at least `absolute_margin`
    below the own caption's, and at most (1 - `relative_margin`) times it: what is about as similar
    as the truth is likely to be true as well. The first `range_min` of these are skipped.
    """
    count = len(image_vectors)
    found = np.full((count, rules.per_item), _NONE, dtype=np.int64)
    step = max(1, _SCORES_AT_ONCE // max(1, count))
    for start in range(0, count, step):
        scores = image_vectors[start : start + step] @ text_vectors.T
        for row, line in enumerate(scores, start=start):
            own = float(line[row])
            line[known[row]] = -np.inf
            line[row] = -np.inf
            ranked = _top(line, rules.range_max)
            kept = ranked[_in_bounds(line[ranked], own, rules)][rules.range_min :]
            if rules.sampling == "random":
                kept = random.permutation(kept)
            kept = kept[: rules.per_item]
            found[row, : len(kept)] = kept
    return found


def _top(line: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Return the positions of the largest scores in falling order; of equal ones the first first.

    Scores of minus infinity are left out.
    """
    best = np.arange(len(line))
    if count < len(line):
        least = np.partition(line, len(line) - count)[len(line) - count]
        best = np.flatnonzero(line >= least)
    best = best[np.isfinite(line[best])]
    return best[np.argsort(-line[best], kind="stable")][:count]


def _in_bounds(scores: NDArray[np.float32], own: float, rules: HardNegatives) -> NDArray[np.bool_]:
    kept = np.ones(len(scores), dtype=np.bool_)
    if rules.min_score is not None:
        kept &= scores >= rules.min_score
    if rules.max_score is not None:
        kept &= scores <= rules.max_score
    if rules.absolute_margin is not None:
        kept &= scores <= own - rules.absolute_margin
    if rules.relative_margin is not None:
        kept &= scores <= own * (1 - rules.relative_margin)
    return kept


def pack_hard_negatives(
    order: NDArray[np.int64], table: NegativeTable
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Move each image's hard negatives up behind it, so that they meet in a batch.

    Returns the new order and, for each place in it, the caption to use there: that which is the
    hard negative, or -1 for any of the image's own. Each image is still there once.
    """
    place = {image: i for i, image in enumerate(table.images.tolist())}
    waiting = set(order.tolist())
    images: list[int] = []
    captions: list[int] = []

    def take(image: int, caption: int) -> None:
        waiting.discard(image)
        images.append(image)
        captions.append(caption)

    for image in order.tolist():
        if image not in waiting:
            continue
        take(image, _NONE)
        if image not in place:
            continue
        row = place[image]
        pairs = zip(table.others[row].tolist(), table.texts[row].tolist(), strict=True)
        for other, caption in pairs:
            if other in waiting:
                take(other, caption)
    return np.array(images, dtype=np.int64), np.array(captions, dtype=np.int64)
