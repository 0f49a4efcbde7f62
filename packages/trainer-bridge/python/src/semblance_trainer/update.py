"""One update of the weights: gradients, clipping, AdamW, and the state that all of it keeps."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from semblance_trainer.checkpoint import Tensors
from semblance_trainer.config import Hyperparameters
from semblance_trainer.gradients import (
    ALONE,
    Exchange,
    GradientOptions,
    StepInput,
    compute_gradients,
)
from semblance_trainer.model import DualEncoder
from semblance_trainer.optimizer import load_optimizer, make_optimizer, optimizer_tensors

__all__ = ["Updated", "Updater"]


@dataclass(frozen=True)
class Updated:
    """What an attempt at an update came to; when it is not `finite` the weights are as before."""

    loss: float
    finite: bool


class Updater:
    """Makes updates; `exchange` is with the other processes that share each batch."""

    def __init__(
        self, model: DualEncoder, hyperparameters: Hyperparameters, exchange: Exchange = ALONE
    ) -> None:
        self._model = model
        self._clip = hyperparameters.gradient_clip
        self._names = {id(p): name for name, p in model.network.named_parameters()}
        self._optimizer = make_optimizer(model, hyperparameters.weight_decay)
        start = float(model.network.logit_scale.detach())
        self._scale_limit = max(math.log(hyperparameters.max_logit_scale), start)
        loss = hyperparameters.loss
        if loss == "auto":
            loss = "sigmoid" if model.kind == "siglip" else "infonce"
        self._options = GradientOptions(loss, exchange=exchange)

    def update(self, step: StepInput, rate: float, seed: int) -> Updated:
        """Make one update at a learning rate; `seed` is for models with dropout."""
        torch.manual_seed(seed)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.zero_grad(set_to_none=True)
        loss = compute_gradients(self._model, step, self._options)
        network = self._model.network
        norm = torch.nn.utils.clip_grad_norm_(network.parameters(), self._clip)
        value, length = torch.stack([loss, norm]).tolist()  # one wait for the device, not two
        if not math.isfinite(value) or not math.isfinite(length):
            return Updated(value, finite=False)
        self._optimizer.step()
        with torch.no_grad():
            network.logit_scale.clamp_(0.0, self._scale_limit)
        return Updated(value, finite=True)

    def tensors(self) -> Tensors:
        """Return what must be kept beside the weights to go on exactly as without a break."""
        return optimizer_tensors(self._optimizer, self._names)

    def load(self, weights: Tensors, state: Tensors) -> None:
        """Put back the weights, and what `tensors` gave with them."""
        self._model.load_tensors(weights)
        load_optimizer(self._optimizer, state, self._names)
