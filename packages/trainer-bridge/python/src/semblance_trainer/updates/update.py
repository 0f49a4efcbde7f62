"""One update of the weights: gradients, clipping, AdamW, and the state that all of it keeps."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Literal

import torch

from semblance_trainer.base.config import Hyperparameters
from semblance_trainer.models.checkpoint import Tensors
from semblance_trainer.models.dual_encoder import DualEncoder
from semblance_trainer.models.lora import is_adapted, merged, remove_lora
from semblance_trainer.models.mixed_precision import MixedPrecision, choose_precision
from semblance_trainer.updates.gradients import (
    ALONE,
    Exchange,
    GradientOptions,
    StepInput,
    compute_gradients,
)
from semblance_trainer.updates.optimizer import (
    load_optimizer,
    make_optimizer,
    optimizer_tensors,
    set_learning_rate,
)
from semblance_trainer.updates.weight_average import WeightAverage

__all__ = ["Updated", "Updater"]

_ADAM, _ADAPTERS, _AVERAGE, _PRECISION = "adam/", "adapters/", "average/", "precision/"


@dataclass(frozen=True)
class Updated:
    """What an attempt at an update came to; when it is not `finite` the weights are as before."""

    loss: float
    finite: bool


class Updater:
    """Makes updates of what is trainable in a model; `exchange` is with other processes."""

    def __init__(
        self, model: DualEncoder, hyperparameters: Hyperparameters, exchange: Exchange = ALONE
    ) -> None:
        h = hyperparameters
        self._model = model
        self._clip = h.gradient_clip
        named = [(n, p) for n, p in model.network.named_parameters() if p.requires_grad]
        self._trained = dict(named)
        self._adapted = is_adapted(model.network)
        self._names = {id(p): name for name, p in named}
        self._optimizer = make_optimizer(model, h.weight_decay, h.layer_decay)
        self._average = None if h.ema is None else WeightAverage([p for _, p in named], h.ema)
        self._precision = MixedPrecision(choose_precision(h.precision, model.device), model.device)
        start = float(model.network.logit_scale.detach())
        self._scale_limit = max(math.log(h.max_logit_scale), start)
        self._options = GradientOptions(
            _loss_of(h, model), h.mini_batch_size, self._precision, exchange
        )

    def update(self, step: StepInput, number: int, rate: float, seed: int) -> Updated:
        """Make the update of that number, counted from 1; `seed` is for models with dropout."""
        torch.manual_seed(seed)
        set_learning_rate(self._optimizer, rate)
        self._optimizer.zero_grad(set_to_none=True)
        loss = compute_gradients(self._model, step, self._options)
        self._precision.unscale(self._optimizer)
        gradients = [p.grad for p in self._trained.values() if p.grad is not None]
        norm = torch.nn.utils.get_total_norm(gradients)
        value, length = torch.stack([loss, norm]).tolist()  # one wait for the device, not two
        overflowed = not math.isfinite(length) and self._precision.may_recover()
        if not math.isfinite(value) or not (math.isfinite(length) or overflowed):
            return Updated(value, finite=False)
        if self._clip < length < math.inf:
            torch._foreach_mul_(gradients, self._clip / length)
        self._precision.step(self._optimizer)
        with torch.no_grad():
            self._model.network.logit_scale.clamp_(0.0, self._scale_limit)
        if self._average is not None:
            self._average.include(number)
        return Updated(value, finite=True)

    @contextmanager
    def kept_weights(self) -> Iterator[None]:
        """Let the model hold what is evaluated and kept: averaged where asked, adapters merged."""
        with ExitStack() as stack:
            if self._average is not None:
                stack.enter_context(self._average.in_place())
            stack.enter_context(merged(self._model.network))
            yield

    def last_weights(self) -> Tensors:
        """Return the model's weights after the latest update, adapters merged."""
        with merged(self._model.network):
            return self._model.tensors()

    def finish(self) -> None:
        """Make a plain model of the network again; its weights are nobody's until loaded."""
        remove_lora(self._model.network)

    def tensors(self) -> Tensors:
        """Return all that must be kept to go on exactly as without a break."""
        parts: list[tuple[str, Tensors]] = [
            (_ADAM, optimizer_tensors(self._optimizer, self._names)),
            (_ADAPTERS, {n: p.detach() for n, p in self._trained.items() if self._adapted}),
            (_PRECISION, self._precision.tensors()),
        ]
        if self._average is not None:
            parts.append((_AVERAGE, dict(zip(self._trained, self._average.averages, strict=True))))
        return {
            prefix + name: tensor.cpu().contiguous()
            for prefix, tensors in parts
            for name, tensor in tensors.items()
        }

    def load(self, weights: Tensors, state: Tensors) -> None:
        """Put back `last_weights` and, with them, `tensors`.

        With adapters the model's own weights must be those that it began with.
        """
        load_optimizer(self._optimizer, _under(_ADAM, state), self._names)
        self._precision.load(_under(_PRECISION, state))
        adapters, average = _under(_ADAPTERS, state), _under(_AVERAGE, state)
        with torch.no_grad():
            for name in adapters:
                self._trained[name].copy_(adapters[name])
            if self._average is not None:
                for name, tensor in zip(self._trained, self._average.averages, strict=True):
                    tensor.copy_(average[name])
        if not self._adapted:
            self._model.load_tensors(weights)


def _under(prefix: str, tensors: Tensors) -> Tensors:
    return {name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)}


def _loss_of(h: Hyperparameters, model: DualEncoder) -> Literal["infonce", "sigmoid"]:
    if h.loss != "auto":
        return h.loss
    return "sigmoid" if model.kind == "siglip" else "infonce"
