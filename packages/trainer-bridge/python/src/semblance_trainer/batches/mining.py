"""Hard negatives of the training set, looked for with the weights as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import takewhile

import numpy as np
import torch
from numpy.typing import NDArray

from semblance_trainer.base.negative_rules import HardNegatives
from semblance_trainer.batches.hard_negatives import NegativeTable, find_hard_negatives
from semblance_trainer.batches.training_data import TrainingData
from semblance_trainer.models.dual_encoder import DualEncoder

__all__ = ["items_to_encode", "mine_hard_negatives"]

_BATCH = 64
_MOST = 100_000  # images: 0.2 GB of embeddings of 512 numbers, and as much for their captions
_MINING = 3  # what a random stream is for; the sampler has 1 and 2


def items_to_encode(data: TrainingData) -> int:
    """Return how many images and texts a search encodes."""
    return 2 * min(_MOST, len(data.sampler.images))


def mine_hard_negatives(
    model: DualEncoder,
    data: TrainingData,
    rules: HardNegatives,
    *,
    seed: int,
    step: int,
    go_on: Callable[[], bool] = lambda: True,
) -> NegativeTable | None:
    """Return the hard negatives of all images, or of 100,000 drawn at random.

    None when `go_on`, which is asked before each batch that is encoded, says no.

    Each image is embedded whole, with one of its captions drawn at random; these captions are the
    candidates. A caption that equals one which the data judges with the image, relevant or
    unknown, is none.
    """
    random = np.random.default_rng([seed, _MINING, step])
    images = data.sampler.images
    if len(images) > _MOST:
        images = np.sort(random.choice(images, _MOST, replace=False))
    draws = random.random(len(images))
    own = [data.relevance.relevant_texts(image) for image in images]
    texts = np.array([t[int(d * len(t))] for t, d in zip(own, draws, strict=True)], dtype=np.int64)
    training = model.network.training
    model.network.eval()
    with torch.inference_mode():
        image_vectors = _embed_images(model, data, images, go_on)
        text_vectors = _embed_texts(model, data, texts, go_on)
    model.network.train(training)
    if not go_on():
        return None
    known = _known_columns(data, images, texts)
    columns = find_hard_negatives(image_vectors, text_vectors, known, rules, random)
    found = columns >= 0
    return NegativeTable(
        images, np.where(found, images[columns], -1), np.where(found, texts[columns], -1)
    )


def _known_columns(
    data: TrainingData, images: NDArray[np.int64], texts: NDArray[np.int64]
) -> list[NDArray[np.int64]]:
    """Return for each image the positions in `texts` of what is judged with it, or reads so."""
    groups = data.tokens.groups
    columns: dict[int, list[int]] = {}
    for column, group in enumerate(groups[texts].tolist()):
        columns.setdefault(group, []).append(column)
    known = []
    for image in images:
        judged = set(groups[data.relevance.of(image)[0]].tolist()) & columns.keys()
        known.append(np.array([c for group in judged for c in columns[group]], dtype=np.int64))
    return known


def _embed_images(
    model: DualEncoder,
    data: TrainingData,
    images: NDArray[np.int64],
    go_on: Callable[[], bool],
) -> NDArray[np.float32]:
    """Return [image, dimension]; of an image that cannot be read, zeros."""
    vectors = np.zeros((len(images), model.dimension), dtype=np.float32)
    for start in _starts(len(images), go_on):
        rows = [data.source.pick(image, 0.0) for image in images[start : start + _BATCH]]
        part = vectors[start : start + _BATCH]
        if data.source.features is not None:
            part[:] = data.source.features[rows]
            continue
        read = data.source.read(rows)
        there = [i for i, pixels in enumerate(read) if pixels is not None]
        if there:
            views = [_centre(pixels, model) for pixels in read if pixels is not None]
            pixel_values = model.images.normalised(np.stack(views))
            part[there] = model.encode_images(pixel_values).float().cpu().numpy()
    return vectors


def _starts(count: int, go_on: Callable[[], bool]) -> Iterator[int]:
    return takewhile(lambda _: go_on(), range(0, count, _BATCH))


def _centre(pixels: NDArray[np.uint8], model: DualEncoder) -> NDArray[np.uint8]:
    height, width = model.images.height, model.images.width
    top, left = (pixels.shape[0] - height) // 2, (pixels.shape[1] - width) // 2
    return pixels[top : top + height, left : left + width]


def _embed_texts(
    model: DualEncoder, data: TrainingData, texts: NDArray[np.int64], go_on: Callable[[], bool]
) -> NDArray[np.float32]:
    vectors = np.zeros((len(texts), model.dimension), dtype=np.float32)
    for start in _starts(len(texts), go_on):
        ids = [data.tokens[row] for row in texts[start : start + _BATCH]]
        vectors[start : start + _BATCH] = model.encode_texts(ids).float().cpu().numpy()
    return vectors
