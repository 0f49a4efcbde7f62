"""Batches as pure functions of (seed, step): a resumed run needs no stored random state."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from semblance_trainer.batches.hard_negatives import NegativeTable, pack_hard_negatives
from semblance_trainer.data.relevance import Relevance

__all__ = ["Batch", "Sampler"]

_ORDER, _BATCH = 1, 2  # what a random stream is for


@dataclass(frozen=True)
class Batch:
    """One step's pairs.

    Attributes:
        images: [batch] rows of image items, each once.
        texts: [batch] rows of text items, one for each image; equal texts only where an image
            has no other.
        crops: [batch, 2] float64 in [0, 1): where the random crop lies, as a fraction.
        targets: [batch, batch] float32: how far image i and text j belong together, 0..1; NaN
            where it is not known.
        draws: [batch] float64 in [0, 1): picks one of an item's several files.
        flips: [batch] float64 in [0, 1): below one half for images to be mirrored, where they may.
    """

    images: NDArray[np.int64]
    texts: NDArray[np.int64]
    crops: NDArray[np.float64]
    draws: NDArray[np.float64]
    flips: NDArray[np.float64]
    targets: NDArray[np.float32]


class Sampler:
    """Goes through all images once an epoch in an order of its own, one text each.

    An epoch is cut into ceil(images / batch size) batches whose sizes differ by at most one, so
    that no batch is a small remainder: a contrastive loss over few pairs teaches little.

    Args:
        relevance: which texts belong to which image; images without any, and those not in
            `usable`, are left out.
        text_groups: [text] equal numbers for texts that the model cannot tell apart.
        usable: [image] bool.
        batch_size: largest number of images a step.
        seed: of everything random.
    """

    def __init__(
        self,
        relevance: Relevance,
        text_groups: NDArray[np.int64],
        usable: NDArray[np.bool_],
        *,
        batch_size: int,
        seed: int,
    ) -> None:
        self._relevance = relevance
        self._groups = text_groups
        self._seed = seed
        rows = relevance.images_with_texts()
        self.images = rows[usable[rows]]
        self.steps_per_epoch = max(1, -(-len(self.images) // batch_size))
        self._order = lru_cache(maxsize=2)(self._make_order)
        self._negatives: NegativeTable | None = None

    def use_negatives(self, table: NegativeTable) -> None:
        """From now on pack images with their hard negatives."""
        self._negatives = table
        self._order.cache_clear()

    def _make_order(self, epoch: int) -> tuple[NDArray[np.int64], NDArray[np.int64] | None]:
        """Return an epoch's images, and the caption of each that is settled, else -1."""
        order = np.random.default_rng([self._seed, _ORDER, epoch]).permutation(self.images)
        if self._negatives is None:
            return order, None
        return pack_hard_negatives(order, self._negatives)

    def batch(self, step: int) -> Batch:
        """Return the pairs of a step, counted from 0."""
        epoch, part = divmod(step, self.steps_per_epoch)
        order, settled = self._order(epoch)
        bounds = [len(order) * i // self.steps_per_epoch for i in (part, part + 1)]
        images = order[bounds[0] : bounds[1]]
        random = np.random.default_rng([self._seed, _BATCH, step])
        captions = np.full(len(images), -1) if settled is None else settled[bounds[0] : bounds[1]]
        texts = self._choose_texts(images, captions, random.random(len(images)))
        crops, draws = random.random((len(images), 2)), random.random(len(images))
        flips = random.random(len(images))
        return Batch(images, texts, crops, draws, flips, self._targets(images, texts))

    def _choose_texts(
        self, images: NDArray[np.int64], settled: NDArray[np.int64], draws: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        """Draw each image's text, or take the settled one; where the batch has it, the next."""
        taken: set[int] = set()
        chosen = np.empty(len(images), dtype=np.int64)
        for i, (image, draw) in enumerate(zip(images, draws, strict=True)):
            texts = self._relevance.relevant_texts(image)
            fixed = np.flatnonzero(texts == settled[i])
            first = int(fixed[0]) if len(fixed) else int(draw * len(texts))
            turns = np.roll(texts, -first)
            free = (text for text in turns if int(self._groups[text]) not in taken)
            chosen[i] = next(free, turns[0])
            taken.add(int(self._groups[chosen[i]]))
        return chosen

    def _targets(self, images: NDArray[np.int64], texts: NDArray[np.int64]) -> NDArray[np.float32]:
        """Look up what the data says of image i with text j, or with one equal to it.

        The largest value counts where several equal texts are listed; a known one before NaN.
        """
        targets = np.zeros((len(images), len(texts)), dtype=np.float32)
        columns: dict[int, list[int]] = {}
        for j, group in enumerate(self._groups[texts].tolist()):
            columns.setdefault(group, []).append(j)
        for i, image in enumerate(images):
            rows, values = self._relevance.of(image)
            groups = self._groups[rows].tolist()
            listed = [k for k, group in enumerate(groups) if group in columns]
            # fmax, which prefers numbers to NaN, must not meet the zero of a pair that is unlisted
            found: dict[int, np.float32] = {}
            for k in listed:
                found[groups[k]] = np.fmax(found.get(groups[k], np.float32(np.nan)), values[k])
            for group, value in found.items():
                targets[i, columns[group]] = value
        return targets
