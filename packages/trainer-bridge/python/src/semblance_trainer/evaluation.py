"""Validation: encode it, rank it both ways, on the whole and on its two halves."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from semblance_trainer.dataset import ImageText
from semblance_trainer.file_rows import FileRows
from semblance_trainer.halves import Halves, split_validation
from semblance_trainer.image_cache import PixelCache
from semblance_trainer.images import ImageRecipe
from semblance_trainer.model import DualEncoder
from semblance_trainer.ranking import (
    CUTOFFS,
    QueryRanks,
    random_mean_reciprocal_rank,
    rank_queries,
)
from semblance_trainer.tokens import TextEncoder

__all__ = ["Embeddings", "Encoder", "Evaluation", "Evaluator"]

_BATCH = 64


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


@dataclass(frozen=True)
class Evaluation:
    """What validation says of one set of weights.

    Attributes:
        metrics: on the whole of validation, keys as in `eval --json`.
        choosing: mean of both directions' MRR on the choosing half.
        judging: [query] reciprocal ranks on the judging half, text queries, then image queries.
        finite: False when an embedding is NaN or infinite.
    """

    metrics: dict[str, float]
    choosing: float
    judging: NDArray[np.float64]
    finite: bool

    @property
    def mean_reciprocal_rank(self) -> float:
        """Mean of both directions' MRR on the whole of validation."""
        return (self.metrics["t2i.mrr"] + self.metrics["i2t.mrr"]) / 2


@dataclass(frozen=True)
class _Part:
    """A retrieval problem of its own: rows of images and texts, and their relevance."""

    images: NDArray[np.int64]
    texts: NDArray[np.int64]
    texts_of_image: list[NDArray[np.int64]]
    images_of_text: list[NDArray[np.int64]]

    def rank(self, images: NDArray[np.float32], texts: NDArray[np.float32]) -> list[QueryRanks]:
        """Return (text to image, image to text)."""
        mine, yours = images[self.images], texts[self.texts]
        return [
            rank_queries(yours, mine, self.images_of_text),
            rank_queries(mine, yours, self.texts_of_image),
        ]


def _part(pairs: NDArray[np.int64], images: NDArray[np.int64], texts: NDArray[np.int64]) -> _Part:
    to_image = {int(row): i for i, row in enumerate(images)}
    to_text = {int(row): i for i, row in enumerate(texts)}
    of_image: list[list[int]] = [[] for _ in images]
    of_text: list[list[int]] = [[] for _ in texts]
    for image, text in pairs.tolist():
        if image in to_image and text in to_text:
            of_image[to_image[image]].append(to_text[text])
            of_text[to_text[text]].append(to_image[image])
    as_rows = [[np.array(rows, dtype=np.int64) for rows in lists] for lists in (of_image, of_text)]
    return _Part(images, texts, as_rows[0], as_rows[1])


def _mean(values: NDArray[np.float64]) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else 0.0


class Evaluator:
    """Ranks one validation set again and again.

    An item whose images could not be read is left out of it, as are texts that belong to no image
    that could be read: they are no part of the gallery.
    """

    def __init__(self, dataset: ImageText, files: FileRows, cache: PixelCache, seed: int) -> None:
        self._cache = cache
        self._rows = files.present(cache)
        self._texts = dataset.texts
        readable = np.array([len(rows) > 0 for rows in self._rows], dtype=np.bool_)
        self.pairs = dataset.pairs[readable[dataset.pairs[:, 0]]]
        lost = np.setdiff1d(dataset.pairs[:, 1], self.pairs[:, 1])
        texts = np.setdiff1d(np.arange(len(dataset.texts)), lost)
        self._whole = _part(self.pairs, np.flatnonzero(readable), texts)
        self.halves: Halves = split_validation(
            self.pairs, len(dataset.paths), len(dataset.texts), seed
        )
        self._choosing = _part(self.pairs, *self.halves.rows(0))
        self._judging = _part(self.pairs, *self.halves.rows(1))
        self._ids: list[tuple[int, ...]] | None = None

    @property
    def items(self) -> int:
        """How many images and texts an evaluation encodes."""
        return len(self._whole.images) + len(self._whole.texts)

    def judging_groups(self) -> NDArray[np.int64]:
        """Return [query] the cluster of each query of the judging half."""
        images, texts = self._judging.images, self._judging.texts
        return np.concatenate((self.halves.text_group[texts], self.halves.image_group[images]))

    def chance(self) -> float:
        """Return the mean of both directions' MRR under a random ranking."""
        whole = self._whole
        return (
            random_mean_reciprocal_rank(whole.images_of_text, len(whole.images))
            + random_mean_reciprocal_rank(whole.texts_of_image, len(whole.texts))
        ) / 2

    def evaluate(
        self, model: DualEncoder, report: Callable[[int, int], None] = lambda done, total: None
    ) -> Evaluation:
        """Evaluate the weights as they are; `report` hears (encoded, of all items)."""
        training = model.network.training
        model.network.eval()
        try:
            embeddings = self.encode(model, report)
        finally:
            model.network.train(training)
        images, texts = embeddings.images, embeddings.texts
        finite = bool(np.isfinite(images).all() and np.isfinite(texts).all())
        if not finite:  # ranks of NaN would be nonsense: nothing is found
            images, texts = np.zeros_like(images), np.zeros_like(texts)
        choosing = self._choosing.rank(images, texts)
        judging = np.concatenate([r.reciprocal for r in self._judging.rank(images, texts)])
        metrics = self.metrics(Embeddings(images, texts))
        mean = sum(_mean(ranks.reciprocal) for ranks in choosing) / 2
        return Evaluation(metrics, mean if finite else -math.inf, judging, finite)

    def encode(
        self, encoder: Encoder, report: Callable[[int, int], None] = lambda done, total: None
    ) -> Embeddings:
        """Encode all items; `report` hears (encoded, of all items)."""
        with torch.inference_mode():
            return Embeddings(
                self._encode_images(encoder, report), self._encode_texts(encoder, report)
            )

    def metrics(self, embeddings: Embeddings) -> dict[str, float]:
        """Return hit@k and MRR of both directions on the whole, keys as in `eval --json`."""
        metrics: dict[str, float] = {}
        ranked = self._whole.rank(embeddings.images, embeddings.texts)
        for name, ranks in zip(("t2i", "i2t"), ranked, strict=True):
            for i, k in enumerate(CUTOFFS):
                metrics[f"{name}.hit@{k}"] = _mean(ranks.hits[:, i])
            metrics[f"{name}.mrr"] = _mean(ranks.reciprocal)
        return metrics

    def evaluated(self, embeddings: Embeddings) -> Embeddings:
        """Return the rows of the items that take part: no row is zero for being left out."""
        whole = self._whole
        return Embeddings(embeddings.images[whole.images], embeddings.texts[whole.texts])

    def timed(
        self, model: DualEncoder, report: Callable[[int, int], None] = lambda done, total: None
    ) -> tuple[Evaluation, float]:
        """Evaluate, and return the seconds it took."""
        start = time.monotonic()
        evaluation = self.evaluate(model, report)
        return evaluation, time.monotonic() - start

    def _encode_images(
        self, model: Encoder, report: Callable[[int, int], None]
    ) -> NDArray[np.float32]:
        """Return [image item, dimension]; rows of unreadable items are zero."""
        rows = np.concatenate(self._rows)
        owner = np.repeat(np.arange(len(self._rows)), [len(r) for r in self._rows])
        sums = np.zeros((len(self._rows), model.dimension), dtype=np.float32)
        for start in range(0, len(rows), _BATCH):
            part = rows[start : start + _BATCH]
            vectors = model.encode_images(model.images.normalised(self._cache.pixels[part]))
            np.add.at(sums, owner[start : start + _BATCH], vectors.cpu().numpy())
            report(min(start + _BATCH, len(rows)), self.items)
        several = np.bincount(owner, minlength=len(self._rows)) > 1
        norms = np.linalg.norm(sums[several], axis=1, keepdims=True)
        sums[several] /= np.maximum(norms, 1e-12)
        return sums

    def _encode_texts(
        self, model: Encoder, report: Callable[[int, int], None]
    ) -> NDArray[np.float32]:
        """Return [text item, dimension]; rows of texts that are left out are zero."""
        if self._ids is None:
            self._ids = model.texts.ids(self._texts)
        rows = self._whole.texts
        order = rows[np.argsort([len(self._ids[row]) for row in rows], kind="stable")]
        vectors = np.zeros((len(self._texts), model.dimension), dtype=np.float32)
        for start in range(0, len(order), _BATCH):
            part = order[start : start + _BATCH]
            vectors[part] = model.encode_texts([self._ids[row] for row in part]).cpu().numpy()
            report(self.items - len(order) + min(start + _BATCH, len(order)), self.items)
        return vectors
