"""Encoding in half precision where the device is faster at it; weights and loss stay float32."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Literal

import torch

from semblance_trainer.base.errors import TrainerError
from semblance_trainer.models.checkpoint import Tensors

__all__ = ["FLOAT32", "MixedPrecision", "Precision", "choose_precision"]

Precision = Literal["fp32", "bf16", "fp16"]
_SMALLEST_SCALE = 1.0  # gradients that overflow unscaled are not a matter of precision
_DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}


def choose_precision(wanted: Literal["auto"] | Precision, device: torch.device) -> Precision:
    """Return the precision: "auto" is bf16 on CUDA that has it, fp16 on other CUDA, else fp32.

    Raises CONFIG for what the device does not have.
    """
    bf16 = device.type == "cpu" or (device.type == "cuda" and torch.cuda.is_bf16_supported())
    if wanted == "auto":
        if device.type != "cuda":
            return "fp32"
        return "bf16" if bf16 else "fp16"
    if wanted == "bf16" and not bf16:
        raise _not_here(wanted, device)
    if wanted == "fp16" and device.type == "mps":
        raise _not_here(wanted, device)
    return wanted


def _not_here(wanted: str, device: torch.device) -> TrainerError:
    return TrainerError(
        "CONFIG", f"precision {wanted!r} is not for {device.type} devices here", 'use "auto"'
    )


class MixedPrecision:
    """The precision of a run: where to round, and how fp16's gradients are kept from vanishing.

    Micikevicius et al. 2018, arXiv:1710.03740: the loss is multiplied before the backward pass,
    and the factor halved whenever a gradient overflows.
    """

    def __init__(self, precision: Precision, device: torch.device) -> None:
        self._device = device
        self._dtype = _DTYPES.get(precision)
        self._scaler = torch.amp.GradScaler(device.type, enabled=precision == "fp16")

    def rounding(self) -> AbstractContextManager[None]:
        """Return the context in which a tower encodes."""
        enabled = self._dtype is not None
        return torch.autocast(self._device.type, dtype=self._dtype, enabled=enabled)

    def backward(self, loss: torch.Tensor) -> None:
        """Take the loss's gradients, multiplied where that is needed."""
        torch.autograd.backward(self._scaler.scale(loss))

    def unscale(self, optimizer: torch.optim.Optimizer) -> None:
        """Divide the gradients again."""
        if self._scaler.is_enabled():
            self._scaler.unscale_(optimizer)

    def may_recover(self) -> bool:
        """Say whether gradients that are not finite may be so by the loss's multiplication."""
        return self._scaler.is_enabled() and self._scaler.get_scale() > _SMALLEST_SCALE

    def step(self, optimizer: torch.optim.Optimizer) -> None:
        """Update the weights; leave them, and halve the factor, when a gradient overflowed."""
        self._scaler.step(optimizer)
        self._scaler.update()

    def tensors(self) -> Tensors:
        """Return the state; nothing unless losses are multiplied."""
        state = self._scaler.state_dict()
        if not state:
            return {}
        return {
            "scale": torch.tensor(state["scale"], dtype=torch.float64),
            "growth": torch.tensor(state["_growth_tracker"], dtype=torch.int64),
        }

    def load(self, tensors: Tensors) -> None:
        """Put back what `tensors` gave."""
        if tensors:
            known = {
                "scale": float(tensors["scale"]),
                "_growth_tracker": int(tensors["growth"]),
            }
            self._scaler.load_state_dict({**self._scaler.state_dict(), **known})


FLOAT32 = MixedPrecision("fp32", torch.device("cpu"))
