"""Image items of several files, laid out one file a row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semblance_trainer.dataset import ImageText
from semblance_trainer.image_cache import PixelCache

__all__ = ["FileRows", "lay_out_files"]


@dataclass(frozen=True)
class FileRows:
    """Where an image item's files lie in the pixel cache.

    Attributes:
        paths: all files of all items, in order.
        bounds: [item + 1] item i has the rows bounds[i] … bounds[i + 1].
    """

    paths: tuple[str, ...]
    bounds: NDArray[np.int64]

    def present(self, cache: PixelCache) -> list[NDArray[np.int64]]:
        """Return each item's cache rows that could be read."""
        rows = [np.arange(a, b) for a, b in zip(self.bounds, self.bounds[1:], strict=False)]
        return [row[cache.present[row]] for row in rows]


def lay_out_files(dataset: ImageText) -> FileRows:
    """Return the files of a dataset in the order of its image items."""
    counts = [len(paths) for paths in dataset.paths]
    bounds = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    return FileRows(tuple(path for paths in dataset.paths for path in paths), bounds)
