"""Validation in two halves that share no image and no text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Halves", "split_validation"]

_COMMON = 3  # a text of more images than this binds them together no longer
_SMALLEST = 0.25  # share of the images below which a half is too small


@dataclass(frozen=True)
class Halves:
    """Which half an image and a text belong to, and which of them are bound together.

    Attributes:
        image_half, text_half: [row] 0 (choosing), 1 (judging) or -1 (in neither).
        image_group, text_group: [row] the connected component of the relevance graph.
        separate: False when the data hangs together so much that both halves are all of it.
    """

    image_half: NDArray[np.int64]
    text_half: NDArray[np.int64]
    image_group: NDArray[np.int64]
    text_group: NDArray[np.int64]
    separate: bool

    def rows(self, half: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the image and text rows of a half."""
        if not self.separate:
            return np.flatnonzero(self.image_half >= 0), np.flatnonzero(self.text_half >= 0)
        return np.flatnonzero(self.image_half == half), np.flatnonzero(self.text_half == half)


def split_validation(
    pairs: NDArray[np.int64],  # [pair, 2]: image row, text row
    images: int,
    texts: int,
    seed: int,
) -> Halves:
    """Deal the connected components out to two halves of about equal size, by images.

    Where one component is too large for that, texts of more than 3 images are left out of the
    halves (they are in neither); where that does not help, both halves are the whole.
    """
    everything = _deal(pairs, images, texts, seed)
    if everything.separate:
        return everything
    degree = np.bincount(pairs[:, 1], minlength=texts)
    rare = _deal(pairs[degree[pairs[:, 1]] <= _COMMON], images, texts, seed)
    return rare if rare.separate else everything


def _deal(pairs: NDArray[np.int64], images: int, texts: int, seed: int) -> Halves:
    group = _components(pairs, images, texts)
    image_group, text_group = group[:images], group[images:]
    used_images = np.zeros(images, dtype=np.bool_)
    used_images[pairs[:, 0]] = True
    sizes = np.bincount(image_group[used_images], minlength=images + texts)
    names = np.flatnonzero(sizes)
    names = np.random.default_rng(seed).permutation(names)
    names = names[np.argsort(-sizes[names], kind="stable")]  # large ones first, ties at random
    half_of = np.full(images + texts, -1, dtype=np.int64)
    filled = [0, 0]
    for name in names:
        half = int(filled[1] < filled[0])
        half_of[name] = half
        filled[half] += int(sizes[name])
    separate = min(filled) > 0 and min(filled) >= _SMALLEST * sum(filled)
    image_half = np.where(used_images, half_of[image_group], -1)
    return Halves(image_half, half_of[text_group], image_group, text_group, separate)


def _components(pairs: NDArray[np.int64], images: int, texts: int) -> NDArray[np.int64]:
    """Return each node's component (images first, then texts), named by its smallest node."""
    parent = np.arange(images + texts, dtype=np.int64)

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = int(parent[node])
        return node

    for image, text in pairs.tolist():
        first, second = root(image), root(images + text)
        parent[max(first, second)] = min(first, second)
    return np.array([root(node) for node in range(images + texts)], dtype=np.int64)
