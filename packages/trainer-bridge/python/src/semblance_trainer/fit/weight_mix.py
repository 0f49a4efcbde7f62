"""Weights made of other weights: the average of several, and what lies between two."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import torch
from safetensors import safe_open

from semblance_trainer.models.checkpoint import Tensors

__all__ = ["ALPHAS", "average_weights", "interpolate_weights"]

ALPHAS = (0.5, 0.75, 0.25)
"""Weights of the trained side to try, the most promising first; 0 is the start, 1 the trained."""


def average_weights(paths: Sequence[Path]) -> Tensors:
    """Return the uniform average of safetensors files: a model soup.

    Wortsman et al. 2022, arXiv:2203.05482, section 2, over checkpoints of one run. Means are taken
    in float64, tensor by tensor; what is not a floating-point number is the first file's.
    """
    with ExitStack() as stack:
        files = [stack.enter_context(safe_open(path, framework="pt")) for path in paths]

        def mean(name: str) -> torch.Tensor:
            tensors: list[torch.Tensor] = [file.get_tensor(name) for file in files]
            kind = tensors[0].dtype
            if not kind.is_floating_point:
                return tensors[0]
            total = torch.zeros_like(tensors[0], dtype=torch.float64)
            for tensor in tensors:
                total += tensor
            return (total / len(tensors)).to(kind)

        return {name: mean(name) for name in files[0].keys()}  # noqa: SIM118


def interpolate_weights(start: Tensors, trained: Tensors, alpha: float) -> Tensors:
    """Return (1 - alpha) · start + alpha · trained: WiSE-FT.

    Wortsman et al. 2021, arXiv:2109.01903, equation 1, logit scale and bias as all others. Where
    both are equal so is the result, to the bit; what is not a floating-point number is the trained
    side's.
    """

    def between(name: str, tensor: torch.Tensor) -> torch.Tensor:
        if not tensor.is_floating_point():
            return tensor
        origin = start[name].double()
        return (origin + alpha * (tensor.double() - origin)).to(tensor.dtype)

    return {name: between(name, tensor) for name, tensor in trained.items()}
