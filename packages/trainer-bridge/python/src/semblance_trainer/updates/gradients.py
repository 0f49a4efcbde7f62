"""One step's loss and its gradients, from the whole batch at once or from parts of it in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch

from semblance_trainer.models.dual_encoder import DualEncoder
from semblance_trainer.models.mixed_precision import FLOAT32, MixedPrecision
from semblance_trainer.updates.loss import multi_positive_info_nce, sigmoid_loss

__all__ = ["ALONE", "Exchange", "GradientOptions", "StepInput", "compute_gradients"]


@dataclass(frozen=True)
class Exchange:
    """What the processes that share a batch tell each other.

    Attributes:
        gather: makes of this process's features [rows, dimension] and the batch's size those of
            the whole batch, in order of rank, with exact gradients.
        combine: turns the parameters' gradients into those of the whole batch, in place.
    """

    gather: Callable[[torch.Tensor, int], torch.Tensor]
    combine: Callable[[Iterable[torch.nn.Parameter]], None]


ALONE = Exchange(gather=lambda features, batch: features, combine=lambda parameters: None)


@dataclass(frozen=True)
class StepInput:
    """What one process encodes in a step, and how all of the step's pairs belong together.

    Attributes:
        images: pixel_values [rows, 3, height, width]; from a locked image tower its normalised
            embeddings [rows, dimension].
        ids: [rows] token ids of each text.
        targets: [batch, batch] of all processes' rows: see `loss.py`.
    """

    images: torch.Tensor
    ids: Sequence[Sequence[int]]
    targets: torch.Tensor


@dataclass(frozen=True)
class GradientOptions:
    """How gradients are computed.

    Attributes:
        loss: which one.
        mini_batch_size: rows that are encoded at a time; None: all of them.
        precision: in which to encode, and by which loss gradients are taken.
        exchange: with the other processes of the run.
    """

    loss: Literal["infonce", "sigmoid"]
    mini_batch_size: int | None = None
    precision: MixedPrecision = FLOAT32
    exchange: Exchange = ALONE


def compute_gradients(
    model: DualEncoder, step: StepInput, options: GradientOptions
) -> torch.Tensor:
    """Add the gradients of the batch's loss to the parameters'; return the loss, a scalar.

    With mini-batches it is GradCache (Gao et al. 2021, arXiv:2101.06983): all rows are encoded
    without a graph, the loss gives the gradient of every feature, and each part is encoded once
    more to take its features' gradients to the weights. Gradients are those of the whole batch;
    memory is that of one part. Random numbers (dropout) are the same in both encodings.
    """
    rows = len(step.ids)
    size = options.mini_batch_size or rows
    if size >= rows:
        loss = _loss(model, *_encode(model, step, slice(0, rows), options), step.targets, options)
        options.precision.backward(loss)
    else:
        parts = [slice(start, start + size) for start in range(0, rows, size)]
        loss = _in_parts(model, step, parts, options)
    options.exchange.combine(p for p in model.network.parameters() if p.requires_grad)
    return loss.detach()


def _in_parts(
    model: DualEncoder, step: StepInput, parts: Sequence[slice], options: GradientOptions
) -> torch.Tensor:
    states, encoded = [], []
    with torch.no_grad():
        for rows in parts:
            states.append(_random_state(model.device))
            encoded.append(_encode(model, step, rows, options))
    images, texts = (
        torch.cat(features).requires_grad_() for features in zip(*encoded, strict=True)
    )
    loss = _loss(model, images, texts, step.targets, options)
    options.precision.backward(loss)
    for rows, state in zip(parts, states, strict=True):
        _set_random_state(model.device, state)
        for features, whole in zip(
            _encode(model, step, rows, options), (images, texts), strict=True
        ):
            if features.requires_grad and whole.grad is not None:
                torch.autograd.backward(features, whole.grad[rows])
    return loss


def _encode(
    model: DualEncoder, step: StepInput, rows: slice, options: GradientOptions
) -> tuple[torch.Tensor, torch.Tensor]:
    with options.precision.rounding():
        texts = model.encode_texts(step.ids[rows])
        images = step.images[rows]
        embedded = images.ndim == 2
        return images.to(model.device) if embedded else model.encode_images(images), texts


def _loss(
    model: DualEncoder,
    images: torch.Tensor,
    texts: torch.Tensor,
    targets: torch.Tensor,
    options: GradientOptions,
) -> torch.Tensor:
    images = options.exchange.gather(images, len(targets))
    texts = options.exchange.gather(texts, len(targets))
    targets = targets.to(images.device)
    scale = model.network.logit_scale.exp()
    if options.loss == "sigmoid":
        return sigmoid_loss(images, texts, scale, model.network.logit_bias, targets)
    return multi_positive_info_nce(images, texts, scale, targets)


def _random_state(device: torch.device) -> list[torch.Tensor]:
    states = [torch.get_rng_state()]
    if device.type == "cuda":
        states.append(torch.cuda.get_rng_state(device))
    elif device.type == "mps":
        states.append(torch.mps.get_rng_state())
    return states


def _set_random_state(device: torch.device, states: list[torch.Tensor]) -> None:
    torch.set_rng_state(states[0])
    if device.type == "cuda":
        torch.cuda.set_rng_state(states[1], device)
    elif device.type == "mps":
        torch.mps.set_rng_state(states[1])
