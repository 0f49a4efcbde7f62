"""Embeddings of a dataset's images and texts, of all or of some rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from semblance_trainer.data.image_cache import PixelCache
from semblance_trainer.models.images import ImageRecipe
from semblance_trainer.models.tokens import TextEncoder

__all__ = ["Embeddings", "Encoder", "ItemEncoder", "Report"]

_BATCH = 64
Report = Callable[[int, int], None]
"""Hears (encoded, of all items)."""


class Encoder(Protocol):
    """What makes embeddings: a `DualEncoder`, or graphs that stand for one."""

    @property
    def images(self) -> ImageRecipe:
        """How images become pixel_values."""

    @property
    def texts(self) -> TextEncoder:
        """How texts become ids."""

    @property
    def dimension(self) -> int:
        """Length of an embedding."""

    def encode_images(self, pixel_values: torch.Tensor) -> torch.Tensor:
        """Return L2-normalised image embeddings [batch, dimension]."""

    def encode_texts(self, ids: Sequence[Sequence[int]]) -> torch.Tensor:
        """Return L2-normalised text embeddings [batch, dimension] of token ids."""


@dataclass(frozen=True)
class Embeddings:
    """One encoder's [image item, dimension] and [text item, dimension]; left-out rows are zero."""

    images: NDArray[np.float32]
    texts: NDArray[np.float32]


class ItemEncoder:
    """Encodes one dataset again and again.

    `rows` are each image item's rows in the pixel cache. With `hold_images` the embeddings of all
    images are made once and stay: for a tower that does not change.
    """

    def __init__(
        self, rows: list[NDArray[np.int64]], cache: PixelCache, texts: Sequence[str]
    ) -> None:
        self._rows = rows
        self._cache = cache
        self._texts = texts
        self._ids: list[tuple[int, ...]] | None = None
        self._held: NDArray[np.float32] | None = None
        self.hold_images = False

    def encode(
        self,
        encoder: Encoder,
        images: NDArray[np.int64],
        texts: NDArray[np.int64],
        report: Report,
    ) -> Embeddings:
        """Encode the items in these rows."""
        total = len(images) + len(texts)
        with torch.inference_mode():
            if self._held is None:
                wanted = np.arange(len(self._rows)) if self.hold_images else images
                vectors = self._encode_images(encoder, wanted, lambda done: report(done, total))
                self._held = vectors if self.hold_images else None
            else:
                vectors = self._held
            done = len(images)
            return Embeddings(
                vectors, self._encode_texts(encoder, texts, lambda more: report(done + more, total))
            )

    def _encode_images(
        self, encoder: Encoder, items: NDArray[np.int64], report: Callable[[int], None]
    ) -> NDArray[np.float32]:
        """Return [image item, dimension]; rows that are unreadable or not asked for are zero."""
        sums = np.zeros((len(self._rows), encoder.dimension), dtype=np.float32)
        rows = np.concatenate([np.zeros(0, np.int64), *(self._rows[item] for item in items)])
        owner = np.repeat(items, [len(self._rows[item]) for item in items])
        for start in range(0, len(rows), _BATCH):
            part = rows[start : start + _BATCH]
            vectors = encoder.encode_images(encoder.images.normalised(self._cache.pixels[part]))
            np.add.at(sums, owner[start : start + _BATCH], vectors.cpu().numpy())
            report(min(start + _BATCH, len(items)))
        several = np.bincount(owner, minlength=len(self._rows)) > 1
        norms = np.linalg.norm(sums[several], axis=1, keepdims=True)
        sums[several] /= np.maximum(norms, 1e-12)
        return sums

    def _encode_texts(
        self, encoder: Encoder, items: NDArray[np.int64], report: Callable[[int], None]
    ) -> NDArray[np.float32]:
        """Return [text item, dimension]; rows that are not asked for are zero."""
        if self._ids is None:
            self._ids = encoder.texts.ids(self._texts)
        order = items[np.argsort([len(self._ids[row]) for row in items], kind="stable")]
        vectors = np.zeros((len(self._texts), encoder.dimension), dtype=np.float32)
        for start in range(0, len(order), _BATCH):
            part = order[start : start + _BATCH]
            vectors[part] = encoder.encode_texts([self._ids[row] for row in part]).cpu().numpy()
            report(min(start + _BATCH, len(order)))
        return vectors
