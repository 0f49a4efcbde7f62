"""Where training pixels come from: a cache made before, or the files as they are needed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from semblance_trainer.data.equal_images import owners_by_file, owners_by_pixels
from semblance_trainer.data.file_rows import FileRows
from semblance_trainer.data.image_cache import Failure, PixelCache, describe_failure, read_image
from semblance_trainer.models.images import ImageRecipe

__all__ = ["CachedImages", "ImageSource", "StreamedImages"]

Pixels = NDArray[np.uint8]


class ImageSource(Protocol):
    """A training set's images, larger than the model's by the crop margin.

    Attributes:
        owners: [image] the first image that is the same one under another name.
        usable: [image] bool: it may be in a batch.
        features: [file, dimension] where images are embedded already, and not read again.
    """

    owners: NDArray[np.int64]
    usable: NDArray[np.bool_]
    features: NDArray[np.float32] | None

    @property
    def failures(self) -> list[Failure]:
        """What could not be read so far; `index` is the image's row."""

    def pick(self, image: int, draw: float) -> int:
        """Return the row of one of an image's files, picked by a draw in [0, 1)."""

    def read(self, rows: Sequence[int]) -> list[Pixels | None]:
        """Return [height, width, 3] of each file, None where it turns out to be unreadable."""

    def close(self) -> None:
        """End what threads there are."""


class CachedImages:
    """Images that lie decoded in a file."""

    def __init__(
        self,
        files: FileRows,
        cache: PixelCache,
        failures: list[Failure],
        features: NDArray[np.float32] | None = None,
    ) -> None:
        self._rows = files.present(cache)
        self._pixels = cache.pixels
        self.features = features
        self._failures = failures
        self.owners = owners_by_pixels(self._rows, cache)
        self.usable = np.array([len(rows) > 0 for rows in self._rows], dtype=np.bool_)

    @property
    def failures(self) -> list[Failure]:
        """What could not be read when the cache was made."""
        return self._failures

    def pick(self, image: int, draw: float) -> int:
        """Pick among the files that could be read."""
        rows = self._rows[image]
        return int(rows[int(draw * len(rows))])

    def read(self, rows: Sequence[int]) -> list[Pixels | None]:
        """Return the pixels as they lie in the file, not copied."""
        return [self._pixels[row] for row in rows]

    def close(self) -> None:
        """Do nothing: there is no thread."""


class StreamedImages:
    """Images that are decoded when they are needed, by a pool of threads: for large datasets.

    Pixels are the same as a cache's. An image that cannot be read is found out, and listed, when
    its turn comes.
    """

    def __init__(self, name: str, files: FileRows, recipe: ImageRecipe) -> None:
        self._name, self._files, self._recipe = name, files, recipe
        self.owners = owners_by_file(files)
        self.usable = np.diff(files.bounds) > 0
        self.features: NDArray[np.float32] | None = None
        self._failed: dict[int, Failure] = {}
        self._pool = ThreadPoolExecutor(max_workers=min(8, (os.cpu_count() or 1) + 1))

    @property
    def failures(self) -> list[Failure]:
        """What could not be read so far, each file once."""
        noted = list(self._failed.values())
        return [{**f, "message": f"{self._name}: {f['message']}"} for f in noted]

    def first_error(self) -> str:
        """Return why the first file that could not be read could not."""
        return next((str(f["message"]) for f in self._failed.values()), "it has no images")

    def pick(self, image: int, draw: float) -> int:
        """Pick among all files: which of them can be read is not known."""
        first, end = self._files.bounds[image : image + 2].tolist()
        return int(first + int(draw * (end - first)))

    def read(self, rows: Sequence[int]) -> list[Pixels | None]:
        """Decode the files, several at a time."""
        found: list[Pixels | None] = []
        for row, result in zip(rows, self._pool.map(self._read, rows), strict=True):
            if isinstance(result, Exception):
                self._note(row, result)
            found.append(None if isinstance(result, Exception) else result)
        return found

    def _read(self, row: int) -> Pixels | Exception:
        return read_image(self._files[row], self._recipe, exact=False)

    def _note(self, row: int, error: Exception) -> None:
        if row not in self._failed:
            item = self._files.item(row)
            self._failed[row] = describe_failure(item, self._files[row], error)

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(wait=True, cancel_futures=True)
