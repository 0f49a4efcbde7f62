"""Which source a run's training images come from."""

from __future__ import annotations

import threading

import numpy as np

from semblance_trainer.base.clock import Clock
from semblance_trainer.base.config import FitConfig
from semblance_trainer.base.errors import TrainerError
from semblance_trainer.base.events import EventWriter
from semblance_trainer.data.dataset import ImageText
from semblance_trainer.data.file_rows import lay_out_files
from semblance_trainer.data.image_source import CachedImages, ImageSource, StreamedImages
from semblance_trainer.data.locked_tower import embed_training_images
from semblance_trainer.data.pixels import read_training_pixels
from semblance_trainer.models.dual_encoder import DualEncoder

__all__ = ["open_training_images"]

_TRIES = 256  # images that may be unreadable in a row before a dataset is given up


def open_training_images(
    dataset: ImageText,
    model: DualEncoder,
    config: FitConfig,
    clock: Clock,
    events: EventWriter,
    stop: threading.Event,
) -> ImageSource:
    """Read the training images, or only prepare to when they would fill more than `cacheBytes`.

    Of a locked image tower they are always read, and embedded. Raises DATASET_EMPTY when none can
    be read.
    """
    files = lay_out_files(dataset)
    recipe = model.images.with_margin(config.hyperparameters.crop_margin)
    size = len(files) * recipe.height * recipe.width * 3
    if config.method != "lit" and size > config.hyperparameters.cache_bytes:
        source = StreamedImages(dataset.name, files, recipe)
        _find_one(source, len(files))
        return source
    training = read_training_pixels(dataset, model, config, clock, events, stop)
    if config.method != "lit":
        return CachedImages(training.files, training.cache, training.failures)
    features, cache = embed_training_images(model, training.cache, config, clock, events, stop)
    return CachedImages(training.files, cache, training.failures, features)


def _find_one(source: StreamedImages, count: int) -> None:
    tries = np.random.default_rng(0).permutation(count)[:_TRIES]
    for row in tries.tolist():
        if source.read([row])[0] is not None:
            return
    source.close()
    raise TrainerError(
        "DATASET_EMPTY",
        f"none of {len(tries)} training images tried could be read: {source.first_error()}",
        "check the image paths and the folder that they are relative to",
    )
