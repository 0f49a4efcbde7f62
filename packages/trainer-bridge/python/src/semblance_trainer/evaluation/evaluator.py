"""Validation: encode it, rank it both ways, on the whole and on its two halves."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from semblance_trainer.base.metric import Metric, parse_metric
from semblance_trainer.data.dataset import ImageText
from semblance_trainer.data.file_rows import FileRows
from semblance_trainer.data.image_cache import PixelCache
from semblance_trainer.data.item_encoder import Embeddings, Encoder, ItemEncoder, Report
from semblance_trainer.evaluation.halves import Halves, split_validation
from semblance_trainer.evaluation.metric_values import query_values, summarize
from semblance_trainer.evaluation.query_metrics import random_mean_reciprocal_rank
from semblance_trainer.evaluation.ranking import Ranked
from semblance_trainer.evaluation.retrieval_part import RetrievalPart, make_part
from semblance_trainer.evaluation.validation_metrics import interval_metrics, mean_metrics
from semblance_trainer.models.dual_encoder import DualEncoder

__all__ = ["Embeddings", "Encoder", "Evaluation", "Evaluator"]


@dataclass(frozen=True)
class Evaluation:
    """What validation says of one set of weights.

    Attributes:
        metrics: on the whole of validation, keys as in `eval --json`.
        choosing: the metric on the choosing half, greater is better.
        judging: [query] its values on the judging half, text queries, then image queries.
        finite: False when an embedding is NaN or infinite.
        intervals: 95 % intervals of hit@k and mrr, by their keys; none with one cluster.
    """

    metrics: dict[str, float]
    choosing: float
    judging: NDArray[np.float64]
    finite: bool
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def mean_reciprocal_rank(self) -> float:
        """Mean of both directions' MRR on the whole of validation."""
        return (self.metrics["t2i.mrr"] + self.metrics["i2t.mrr"]) / 2


def _silent(_done: int, _total: int) -> None:
    """Tell nobody."""


class Evaluator:
    """Ranks one validation set again and again.

    An item whose images could not be read is left out of it, as are texts that belong to no image
    that could be read: they are no part of the gallery.
    """

    def __init__(
        self,
        dataset: ImageText,
        files: FileRows,
        cache: PixelCache,
        seed: int,
        metric: Metric | None = None,
    ) -> None:
        rows = files.present(cache)
        self._items = ItemEncoder(rows, cache, dataset.texts)
        self.metric = metric or parse_metric("mrr")
        self._seed = seed
        readable = np.array([len(own) > 0 for own in rows], dtype=np.bool_)
        listed, values = dataset.pairs, dataset.relevance.values
        seen = readable[listed[:, 0]]
        pairs, grades = listed[seen], values[values > 0].astype(np.float64)[seen]
        lost = np.setdiff1d(listed[:, 1], pairs[:, 1])
        texts = np.setdiff1d(np.arange(len(dataset.texts)), lost)
        self.halves: Halves = split_validation(pairs, len(dataset.paths), len(dataset.texts), seed)
        self._whole = make_part(pairs, grades, np.flatnonzero(readable), texts)
        self._choosing = make_part(pairs, grades, *self.halves.rows(0))
        self._judging = make_part(pairs, grades, *self.halves.rows(1))

    @property
    def items(self) -> int:
        """How many images and texts an evaluation encodes."""
        return len(self._whole.images) + len(self._whole.texts)

    @property
    def choosing_share(self) -> float:
        """The share of them that the choosing half has."""
        return (len(self._choosing.images) + len(self._choosing.texts)) / max(1, self.items)

    def hold_images(self) -> None:
        """Encode the images once for good: the image tower is not going to change."""
        self._items.hold_images = True

    def judging_groups(self) -> NDArray[np.int64]:
        """Return [query] the cluster of each query of the judging half."""
        return np.concatenate(self._groups(self._judging))

    def _groups(self, part: RetrievalPart) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return [query] the clusters of a part's texts and of its images."""
        return self.halves.text_group[part.texts], self.halves.image_group[part.images]

    def chance(self) -> float:
        """Return the mean of both directions' MRR under a random ranking."""
        whole = self._whole
        both = (whole.images_of_text, len(whole.images)), (whole.texts_of_image, len(whole.texts))
        return sum(random_mean_reciprocal_rank(of.counts(), size) for of, size in both) / 2

    def evaluate(self, model: DualEncoder, report: Report = _silent) -> Evaluation:
        """Evaluate the weights as they are; `report` hears (encoded, of all items)."""
        found = self._encode_still(model, self._whole, report)
        finite = _is_finite(found)
        if not finite:  # ranks of NaN would be nonsense: nothing is found
            found = Embeddings(np.zeros_like(found.images), np.zeros_like(found.texts))
        judging = query_values(self.metric, self._rank(self._judging, found))
        ranked = self._rank(self._whole, found)
        choosing = self._value_of_choosing(found) if finite else -math.inf
        return Evaluation(
            mean_metrics(self.metric, ranked),
            choosing,
            judging,
            finite,
            interval_metrics(ranked, self._groups(self._whole), self._seed),
        )

    def choose(self, model: DualEncoder, report: Report = _silent) -> float:
        """Return the metric on the choosing half, encoding nothing else; -inf if not finite."""
        found = self._encode_still(model, self._choosing, report)
        return self._value_of_choosing(found) if _is_finite(found) else -math.inf

    def _value_of_choosing(self, found: Embeddings) -> float:
        return summarize(self.metric, query_values(self.metric, self._rank(self._choosing, found)))

    def _rank(self, part: RetrievalPart, found: Embeddings) -> tuple[Ranked, Ranked]:
        return part.rank(found.images, found.texts, complete=self.metric.needs_all)

    def _encode_still(self, model: DualEncoder, part: RetrievalPart, report: Report) -> Embeddings:
        """Encode with dropout off."""
        training = model.network.training
        model.network.eval()
        try:
            return self._items.encode(model, part.images, part.texts, report)
        finally:
            model.network.train(training)

    def encode(self, encoder: Encoder, report: Report = _silent) -> Embeddings:
        """Encode all items; `report` hears (encoded, of all items)."""
        return self._items.encode(encoder, self._whole.images, self._whole.texts, report)

    def metrics(self, embeddings: Embeddings) -> dict[str, float]:
        """Return hit@k, MRR and the metric on the whole, keys as in `eval --json`."""
        return mean_metrics(self.metric, self._rank(self._whole, embeddings))

    def evaluated(self, embeddings: Embeddings) -> Embeddings:
        """Return the rows of the items that take part: no row is zero for being left out."""
        whole = self._whole
        return Embeddings(embeddings.images[whole.images], embeddings.texts[whole.texts])

    def timed(self, model: DualEncoder, report: Report = _silent) -> tuple[Evaluation, float]:
        """Evaluate, and return the seconds it took."""
        start = time.monotonic()
        evaluation = self.evaluate(model, report)
        return evaluation, time.monotonic() - start


def _is_finite(found: Embeddings) -> bool:
    return bool(np.isfinite(found.images).all() and np.isfinite(found.texts).all())
