"""The training set as tensors: which pairs a step sees, their pixels and token ids."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from semblance_trainer.base.errors import TrainerError
from semblance_trainer.batches.hard_negatives import NegativeTable
from semblance_trainer.batches.mirroring import may_mirror
from semblance_trainer.batches.sampler import Batch, Sampler
from semblance_trainer.batches.token_table import TokenTable
from semblance_trainer.data.dataset import ImageText
from semblance_trainer.data.image_source import ImageSource
from semblance_trainer.models.dual_encoder import DualEncoder

__all__ = ["DataOptions", "StepTensors", "TrainingData"]


@dataclass(frozen=True)
class StepTensors:
    """One step's input: images, ids of each text, targets.

    `images` are pixel_values [batch, 3, H, W]; of a locked tower embeddings [batch, dimension].
    Of a share, images and ids are the share's rows and targets the whole batch's.
    """

    images: torch.Tensor
    ids: list[tuple[int, ...]]
    targets: torch.Tensor  # [batch, batch] float32 in 0..1, NaN: unknown


@dataclass(frozen=True)
class DataOptions:
    """What a step is made of.

    Attributes:
        batch_size: largest number of images a step.
        seed: of everything random.
        mirror: show half of the images mirrored, where the caption allows it.
        share: (rank, count): only the rank-th of so many parts of each batch is read.
    """

    batch_size: int
    seed: int
    mirror: bool = False
    share: tuple[int, int] = (0, 1)


class TrainingData:
    """Makes each step's tensors, one step ahead in a thread; pure in (seed, step).

    An image that is listed twice is one image with the texts of both. One that turns out to be
    unreadable when its step comes is black and unknown with everything, so that it teaches
    nothing; processes that share a batch hear of this only from their own rows. Raises
    DATASET_EMPTY when no image with a text could be read, CONFIG when a batch is too small to be
    shared.
    """

    def __init__(
        self, dataset: ImageText, source: ImageSource, model: DualEncoder, options: DataOptions
    ) -> None:
        self.source = source
        self.tokens = TokenTable(model.texts, dataset.texts)
        self._texts = dataset.texts
        self._recipe = model.images
        self._options = options
        self.relevance = dataset.relevance
        if (source.owners != np.arange(len(source.owners))).any():
            self.relevance = dataset.relevance.merged(source.owners)
        self.sampler = Sampler(
            self.relevance,
            self.tokens.groups,
            source.usable,
            batch_size=options.batch_size,
            seed=options.seed,
        )
        if len(self.sampler.images) == 0:
            raise TrainerError(
                "DATASET_EMPTY",
                f"none of the {len(dataset.paths)} training images could be read",
                "check the image paths and the folder that they are relative to",
            )
        smallest = len(self.sampler.images) // self.sampler.steps_per_epoch
        if smallest < options.share[1]:
            raise TrainerError(
                "CONFIG",
                f"a batch of {smallest} images cannot be shared by {options.share[1]} processes",
                "use fewer processes, a larger batchSize, or more images",
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
        rank, count = self._options.share
        start, end = (len(batch.images) * i // count for i in (rank, rank + 1))
        ids = [self.tokens[row] for row in batch.texts[start:end]]
        targets = torch.from_numpy(batch.targets)
        return StepTensors(self._images(batch, range(start, end), targets), ids, targets)

    def use_negatives(self, table: NegativeTable) -> None:
        """From the next step on pack images with their hard negatives."""
        if self._ahead is not None:
            self._ahead[1].result()
            self._ahead = None
        self.sampler.use_negatives(table)

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self.source.close()

    def _images(self, batch: Batch, places: range, targets: torch.Tensor) -> torch.Tensor:
        """Return the images in these places of a batch; mark unreadable ones in `targets`."""
        rows = [self.source.pick(batch.images[i], batch.draws[i]) for i in places]
        if self.source.features is not None:
            return torch.from_numpy(self.source.features[rows])
        height, width = self._recipe.height, self._recipe.width
        views = np.zeros((len(rows), height, width, 3), dtype=np.uint8)
        for i, pixels, view in zip(places, self.source.read(rows), views, strict=True):
            if pixels is None:
                targets[i, :] = targets[:, i] = torch.nan
            else:
                view[...] = self._view(batch, i, pixels)
        return self._recipe.normalised(views)

    def _view(self, batch: Batch, i: int, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Cut a random window out of an image, and mirror it at random where that is right."""
        height, width = self._recipe.height, self._recipe.width
        top = int(batch.crops[i, 0] * (pixels.shape[0] - height + 1))
        left = int(batch.crops[i, 1] * (pixels.shape[1] - width + 1))
        view = pixels[top : top + height, left : left + width]
        mirrored = self._options.mirror and batch.flips[i] < 0.5
        return view[:, ::-1] if mirrored and may_mirror(self._texts[batch.texts[i]]) else view
