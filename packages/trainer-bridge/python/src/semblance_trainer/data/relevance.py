"""Which texts belong to which images, and how far, as three arrays whatever the number of pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Relevance", "merge_pairs", "scale_relevance"]


@dataclass(frozen=True)
class Relevance:
    """The judged pairs that a loss hears of, by image.

    Attributes:
        bounds: [image + 1] image i has the entries bounds[i] … bounds[i + 1].
        texts: [pair] int64 text rows, ascending within an image.
        values: [pair] float32: above 0 up to 1, or NaN where it is not known.
    """

    bounds: NDArray[np.int64]
    texts: NDArray[np.int64]
    values: NDArray[np.float32]

    def of(self, image: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return an image's text rows and their values."""
        part = slice(self.bounds[image], self.bounds[image + 1])
        return self.texts[part], self.values[part]

    def relevant_texts(self, image: int) -> NDArray[np.int64]:
        """Return the text rows that are known to belong to an image, ascending."""
        texts, values = self.of(image)
        return texts[values > 0]

    def merged(self, owner: NDArray[np.int64]) -> Relevance:
        """Return the same with the pairs of each image moved to `owner` [image]: another's row."""
        images = np.repeat(owner, np.diff(self.bounds))
        return merge_pairs(images, self.texts, self.values, len(owner))

    def images_with_texts(self) -> NDArray[np.int64]:
        """Return the rows of the images that have a relevant text, ascending."""
        owners = np.repeat(np.arange(len(self.bounds) - 1), np.diff(self.bounds))
        return np.unique(owners[self.values > 0])


def merge_pairs(
    images: NDArray[np.int64],
    texts: NDArray[np.int64],
    values: NDArray[np.float32],
    image_count: int,
) -> Relevance:
    """Sort judged pairs by image and text; of equal ones the largest known value stays.

    Values of 0 or less are dropped: a pair that is not listed is not relevant anyway. But known to
    be irrelevant beats unknown.
    """
    strength = np.nan_to_num(values, nan=-np.inf)
    order = np.lexsort((-strength, texts, images))
    images, texts, values = images[order], texts[order], values[order]
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = (images[1:] != images[:-1]) | (texts[1:] != texts[:-1])
    kept = first & ~(values <= 0)
    bounds = np.searchsorted(images[kept], np.arange(image_count + 1)).astype(np.int64)
    return Relevance(bounds, texts[kept], values[kept])


def scale_relevance(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring grades such as 0, 1, 2, 3 into 0..1: where any is above 1, the largest becomes 1."""
    largest = np.nanmax(values, initial=1.0)
    return (values / largest).astype(np.float32)
