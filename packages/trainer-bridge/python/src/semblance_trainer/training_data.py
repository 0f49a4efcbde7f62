"""The training set as tensors: which pairs a step sees, their pixels and token ids."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from semblance_trainer.dataset import ImageText
from semblance_trainer.errors import TrainerError
from semblance_trainer.file_rows import FileRows
from semblance_trainer.image_cache import PixelCache
from semblance_trainer.model import DualEncoder
from semblance_trainer.sampler import Batch, Sampler

__all__ = ["StepTensors", "TrainingData"]


@dataclass(frozen=True)
class StepTensors:
    """One step's input: images, ids of each text, targets.

    `images` are pixel_values [batch, 3, H, W]; of a locked tower embeddings [batch, dimension].
    """

    images: torch.Tensor
    ids: list[tuple[int, ...]]
    targets: torch.Tensor  # [batch, batch] float32 in 0..1, NaN: unknown


class TrainingData:
    """Makes each step's tensors, one step ahead in a thread; pure in (seed, step).

    `features` are the files' embeddings where the image tower is locked: pixels are then not
    looked at. Raises DATASET_EMPTY when no image with a text could be read.
    """

    def __init__(
        self,
        dataset: ImageText,
        files: FileRows,
        cache: PixelCache,
        model: DualEncoder,
        *,
        batch_size: int,
        seed: int,
        features: NDArray[np.float32] | None = None,
    ) -> None:
        self._features = features
        self._rows = files.present(cache)
        self._pixels = cache.pixels
        self._recipe = model.images
        self._ids = model.texts.ids(dataset.texts)
        readable = np.array([len(rows) > 0 for rows in self._rows], dtype=np.bool_)
        groups = {ids: i for i, ids in enumerate(dict.fromkeys(self._ids))}
        text_groups = np.array([groups[ids] for ids in self._ids], dtype=np.int64)
        self.sampler = Sampler(
            dataset.relevance, text_groups, readable, batch_size=batch_size, seed=seed
        )
        if len(self.sampler.images) == 0:
            raise TrainerError(
                "DATASET_EMPTY",
                f"none of the {len(dataset.paths)} training images could be read",
                "check the image paths and the folder that they are relative to",
            )
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._ahead: tuple[int, Future[StepTensors]] | None = None

    def step(self, step: int) -> StepTensors:
        """Return the tensors of a step, and begin to make the next ones."""
        ahead = self._ahead
        made = ahead[1].result() if ahead is not None and ahead[0] == step else self.make(step)
        self._ahead = (step + 1, self._pool.submit(self.make, step + 1))
        return made

    def make(self, step: int) -> StepTensors:
        """Make the tensors of a step."""
        batch = self.sampler.batch(step)
        ids = [self._ids[row] for row in batch.texts]
        return StepTensors(self._images(batch), ids, torch.from_numpy(batch.targets))

    def close(self) -> None:
        """End the thread."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _images(self, batch: Batch) -> torch.Tensor:
        own = [self._rows[image] for image in batch.images]
        rows = [files[int(draw * len(files))] for files, draw in zip(own, batch.draws, strict=True)]
        if self._features is not None:
            return torch.from_numpy(self._features[rows])
        return self._recipe.normalised(self._crop(batch, rows))

    def _crop(self, batch: Batch, rows: list[np.int64]) -> NDArray[np.uint8]:
        """Cut a random window out of each row's image: [batch, height, width, 3]."""
        height, width = self._recipe.height, self._recipe.width
        slack_y, slack_x = self._pixels.shape[1] - height, self._pixels.shape[2] - width
        cropped = np.empty((len(rows), height, width, 3), dtype=np.uint8)
        for i, row in enumerate(rows):
            top = int(batch.crops[i, 0] * (slack_y + 1))
            left = int(batch.crops[i, 1] * (slack_x + 1))
            cropped[i] = self._pixels[row, top : top + height, left : left + width]
        return cropped
