"""Images that are listed more than once, under several names: they are one image to a batch."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from semblance_trainer.data.file_rows import FileRows
from semblance_trainer.data.image_cache import PixelCache

__all__ = ["owners_by_file", "owners_by_pixels"]


def owners_by_pixels(rows: list[NDArray[np.int64]], cache: PixelCache) -> NDArray[np.int64]:
    """Return [image] the first image whose pixels are the same; `rows` are each image's files.

    The middle line of pixels tells nearly all images apart, so that little of the cache is read.
    """
    middle = cache.pixels.shape[1] // 2
    seen: dict[bytes, list[int]] = {}
    owners = np.arange(len(rows), dtype=np.int64)
    for image, files in enumerate(rows):
        if len(files) == 0:
            continue
        alike = seen.setdefault(b"".join(cache.pixels[row, middle].tobytes() for row in files), [])
        same = (other for other in alike if _same_pixels(cache, rows[other], files))
        owners[image] = next(same, image)
        if owners[image] == image:
            alike.append(image)
    return owners


def _same_pixels(cache: PixelCache, one: Iterable[int], other: Iterable[int]) -> bool:
    return all(
        np.array_equal(cache.pixels[a], cache.pixels[b]) for a, b in zip(one, other, strict=True)
    )


def owners_by_file(files: FileRows) -> NDArray[np.int64]:
    """Return [image] the first image that names the same files."""
    count = len(files.items)
    hashes = np.fromiter((hash(names) for names in files.items), np.int64, count)
    _, first, place = np.unique(hashes, return_index=True, return_inverse=True)
    owners = np.arange(count, dtype=np.int64)
    for image in np.flatnonzero(first[place] != owners).tolist():
        earlier = int(first[place[image]])
        if files.items[image] == files.items[earlier]:
            owners[image] = earlier
    return owners
