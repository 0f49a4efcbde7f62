"""Reading a dataset's images into the run's cache, within the time there is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from semblance_trainer.base.clock import Clock, time_limit_too_short
from semblance_trainer.base.config import FitConfig
from semblance_trainer.base.errors import TrainerError
from semblance_trainer.base.events import EventWriter
from semblance_trainer.data.dataset import ImageText
from semblance_trainer.data.file_rows import FileRows, lay_out_files
from semblance_trainer.data.image_cache import CacheRequest, PixelCache, open_cache
from semblance_trainer.models.dual_encoder import DualEncoder

__all__ = ["Pixels", "read_exact_pixels", "read_training_pixels", "read_validation_pixels"]

_TRAINING_SHARE = 0.4  # of the time limit: what reading training images may have used up
_VALIDATION_SHARE = 0.5
_REPORT_SECONDS = 0.5


@dataclass(frozen=True)
class Pixels:
    """A dataset's pixels, where its items' files lie in them, and what could not be read.

    `failures` have the image item's row as `index`; `seconds_per_file` is what reading took.
    """

    files: FileRows
    cache: PixelCache
    failures: list[dict[str, Any]]
    seconds_per_file: float


class _Reporter:
    """Tells progress at most twice a second."""

    def __init__(self, events: EventWriter) -> None:
        self._events = events
        self._told = 0.0

    def tell(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._told >= _REPORT_SECONDS or done == total:
            self._told = now
            self._events.progress("reading images", done, total, "images")


def read_validation_pixels(
    dataset: ImageText,
    model: DualEncoder,
    config: FitConfig,
    clock: Clock,
    events: EventWriter,
    heed: Callable[[], None],
) -> Pixels:
    """Read all validation images exactly as the model's processor does.

    `heed` is called after each image and may raise, to end the reading. Raises DATASET_EMPTY when
    none can be read, TIME_LIMIT_TOO_SHORT when the time limit ends while they are being read; the
    limit that the error names is at least twice what the reading needs.
    """
    reporter, began, before = _Reporter(events), time.monotonic(), clock.elapsed()

    def report(done: int, total: int) -> bool:
        reporter.tell(done, total)
        heed()
        spent = time.monotonic() - began
        if clock.limit is not None and spent > 10 and before + spent > clock.limit:
            needed = (before + spent * total / done) / _VALIDATION_SHARE
            raise time_limit_too_short(clock.limit, needed, "the validation images are read")
        return True

    files = lay_out_files(dataset)
    file = config.job_folder / "cache" / "validation.u8"
    cache = open_cache(CacheRequest(file, files, model.images, True, report))
    return _pixels(dataset, files, cache, time.monotonic() - began)


def read_exact_pixels(
    dataset: ImageText, model: DualEncoder, file: Path, events: EventWriter
) -> Pixels:
    """Read all images exactly as the model's processor does; `file` becomes their cache.

    Raises DATASET_EMPTY when none can be read.
    """
    reporter, began = _Reporter(events), time.monotonic()

    def report(done: int, total: int) -> bool:
        reporter.tell(done, total)
        return True

    files = lay_out_files(dataset)
    cache = open_cache(CacheRequest(file, files, model.images, True, report))
    return _pixels(dataset, files, cache, time.monotonic() - began)


def read_training_pixels(
    dataset: ImageText,
    model: DualEncoder,
    config: FitConfig,
    clock: Clock,
    events: EventWriter,
    stop: threading.Event,
) -> Pixels:
    """Read the training images, with the crop margin; a random part when time is short.

    For a locked image tower exactly, without a margin.

    Reading ends when 40 % of the time limit is gone: training on some of the images is better
    than not training. A warning says so.
    """
    reporter, began = _Reporter(events), time.monotonic()
    enough = 2 * config.hyperparameters.batch_size

    def report(done: int, total: int) -> bool:
        reporter.tell(done, total)
        late = clock.limit is not None and clock.elapsed() > _TRAINING_SHARE * clock.limit
        return not stop.is_set() and not (late and done >= enough)

    files = lay_out_files(dataset)
    file = config.job_folder / "cache" / "train.u8"
    if not config.resume:
        file.with_suffix(".json").unlink(missing_ok=True)
    locked = config.method == "lit"  # embedded once, so seen once: whole, as they will be served
    margin = 0.0 if locked else config.hyperparameters.crop_margin
    recipe = model.images.with_margin(margin)
    cache = open_cache(CacheRequest(file, files, recipe, locked, report))
    if not cache.complete and stop.is_set():
        file.with_suffix(".json").unlink(missing_ok=True)  # whoever resumes reads all of them
    elif not cache.complete:
        events.warning(
            "TRAINING_ON_PART",
            f"{int(cache.present.sum())} of {len(files)} training images were read in the "
            "time there was; training goes on with them",
        )
    return _pixels(dataset, files, cache, time.monotonic() - began)


def _pixels(dataset: ImageText, files: FileRows, cache: PixelCache, seconds: float) -> Pixels:
    if not cache.present.any() and cache.complete:
        first = cache.failures[0]["message"] if cache.failures else "it has no images"
        raise TrainerError(
            "DATASET_EMPTY",
            f"none of the {len(files)} {dataset.name} images could be read: {first}",
            "check the image paths and the folder that they are relative to",
        )
    failures = [
        {
            **failure,
            "index": files.item(failure["index"]),
            "message": f"{dataset.name}: {failure['message']}",
        }
        for failure in cache.failures
    ]
    return Pixels(files, cache, failures, seconds / max(1, len(files)))
