"""A running average of the trained weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import nn

__all__ = ["WeightAverage", "decay_at"]


def decay_at(update: int, decay: float) -> float:
    """Return the decay of an update counted from 1: small at first, so that the start fades.

    min(decay, (1 + t) / (10 + t)), as in TensorFlow's ExponentialMovingAverage with `num_updates`.
    """
    return min(decay, (1 + update) / (10 + update))


class WeightAverage:
    """The exponential moving average of parameters, on their device."""

    def __init__(self, parameters: Sequence[nn.Parameter], decay: float) -> None:
        self._parameters = parameters
        self._decay = decay
        self.averages = [p.detach().clone() for p in parameters]

    def include(self, update: int) -> None:
        """Take in the weights after an update, counted from 1."""
        weight = 1 - decay_at(update, self._decay)
        with torch.no_grad():
            torch._foreach_lerp_(self.averages, list(self._parameters), weight)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Let the parameters hold the average for a while; afterwards they are as before."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    def _swap(self) -> None:
        for i, parameter in enumerate(self._parameters):
            parameter.data, self.averages[i] = self.averages[i], parameter.data
