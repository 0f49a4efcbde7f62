"""Image embeddings of a locked tower, made once: training steps then encode texts alone."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from semblance_trainer.base.clock import Clock
from semblance_trainer.base.config import FitConfig
from semblance_trainer.base.events import EventWriter, write_atomically
from semblance_trainer.data.image_cache import PixelCache
from semblance_trainer.models.checkpoint import hash_weights
from semblance_trainer.models.dual_encoder import DualEncoder
from semblance_trainer.models.methods import image_tower

__all__ = ["embed_training_images"]

_BATCH = 64
_SHARE = 0.5  # of the time limit: what reading and encoding training images may have used up
_REPORT_SECONDS = 0.5


def embed_training_images(
    model: DualEncoder,
    cache: PixelCache,
    config: FitConfig,
    clock: Clock,
    events: EventWriter,
    stop: threading.Event,
) -> tuple[NDArray[np.float32], PixelCache]:
    """Return normalised embeddings [file, dimension], memory-mapped, and the cache of those files.

    On resumption they are the ones that the run began with. Encoding ends when half of the time
    limit is gone, with a warning: like reading, it goes through the images in a fixed random order.
    """
    file = config.job_folder / "cache" / "train-features.f32"
    listing = file.with_suffix(".json")
    made_from = _fingerprint(model, cache)
    done = _read_listing(listing, made_from) if config.resume else None
    order = np.random.default_rng(0).permutation(np.flatnonzero(cache.present))
    shape = (len(cache.present), model.dimension)
    features: NDArray[np.float32]
    if done is None:
        listing.unlink(missing_ok=True)
        features = np.memmap(file, dtype=np.float32, mode="w+", shape=shape)
        done = _encode(model, cache, order, features, _reporter(clock, events, stop))
        features.flush()
        if not stop.is_set():  # whoever resumes encodes all of them
            write_atomically(listing, json.dumps({"fingerprint": made_from, "done": done}))
    if done < len(order) and not stop.is_set():
        events.warning(
            "TRAINING_ON_PART",
            f"{done} of {len(order)} training images were encoded in the time there was; "
            "training goes on with them",
        )
    present = np.zeros(len(cache.present), dtype=np.bool_)
    present[order[:done]] = True
    features = np.memmap(file, dtype=np.float32, mode="r", shape=shape)
    return features, replace(cache, present=present)


def _encode(
    model: DualEncoder,
    cache: PixelCache,
    order: NDArray[np.int64],
    features: NDArray[np.float32],
    report: Callable[[int, int], bool],
) -> int:
    """Fill in `features`; return how many of `order` were encoded."""
    done = 0
    model.network.eval()
    with torch.inference_mode():
        while done < len(order):
            rows = order[done : done + _BATCH]
            pixel_values = model.images.normalised(cache.pixels[rows])
            features[rows] = model.encode_images(pixel_values).cpu().numpy()
            done += len(rows)
            if not report(done, len(order)):
                break
    return done


def _reporter(
    clock: Clock, events: EventWriter, stop: threading.Event
) -> Callable[[int, int], bool]:
    told = 0.0

    def report(done: int, total: int) -> bool:
        nonlocal told
        now = time.monotonic()
        if now - told >= _REPORT_SECONDS or done == total:
            told = now
            events.progress("encoding images", done, total, "images")
        late = clock.limit is not None and clock.elapsed() > _SHARE * clock.limit
        return not late and not stop.is_set()

    return report


def _fingerprint(model: DualEncoder, cache: PixelCache) -> str:
    digest = hashlib.sha256(hash_weights(image_tower(model.tensors())).encode())
    digest.update(cache.present.tobytes())
    return digest.hexdigest()


def _read_listing(path: Path, fingerprint: str) -> int | None:
    try:
        listing = json.loads(path.read_text(encoding="utf-8"))
        fits = listing["fingerprint"] == fingerprint
        return int(listing["done"]) if fits else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
