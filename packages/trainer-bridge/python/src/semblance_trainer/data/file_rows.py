"""Image items of several files, laid out one file a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from semblance_trainer.data.dataset import ImageText
from semblance_trainer.data.image_cache import PixelCache
from semblance_trainer.models.image_file import ImageFile

__all__ = ["FileRows", "lay_out_files"]


@dataclass(frozen=True)
class FileRows(Sequence[ImageFile]):
    """All files of all items, in order: where an image item's files lie in the pixel cache.

    Attributes:
        items: each item's files.
        bounds: [item + 1] item i has the rows bounds[i] … bounds[i + 1].
    """

    items: Sequence[tuple[ImageFile, ...]]
    bounds: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of files."""
        return int(self.bounds[-1])

    def __iter__(self) -> Iterator[ImageFile]:
        """Yield each file once, faster than one by one."""
        return (file for files in self.items for file in files)

    @overload
    def __getitem__(self, index: int) -> ImageFile: ...

    @overload
    def __getitem__(self, index: slice) -> list[ImageFile]: ...

    def __getitem__(self, index: int | slice) -> ImageFile | list[ImageFile]:
        """Return the file of a row, or those of several."""
        if isinstance(index, slice):
            return [self[row] for row in range(*index.indices(len(self)))]
        row = range(len(self))[index]
        item = self.item(row)
        return self.items[item][row - int(self.bounds[item])]

    def item(self, row: int) -> int:
        """Return the item that a row belongs to."""
        return int(np.searchsorted(self.bounds, row, side="right")) - 1

    def present(self, cache: PixelCache) -> list[NDArray[np.int64]]:
        """Return each item's cache rows that could be read."""
        rows = [np.arange(a, b) for a, b in zip(self.bounds, self.bounds[1:], strict=False)]
        return [row[cache.present[row]] for row in rows]


def lay_out_files(dataset: ImageText) -> FileRows:
    """Return the files of a dataset in the order of its image items."""
    counts = np.fromiter((len(files) for files in dataset.paths), np.int64, len(dataset.paths))
    bounds = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    return FileRows(dataset.paths, bounds)
