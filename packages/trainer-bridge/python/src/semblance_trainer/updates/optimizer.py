"""AdamW as CLIP was trained with, and its state as named tensors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from semblance_trainer.models.checkpoint import Tensors
from semblance_trainer.models.dual_encoder import DualEncoder
from semblance_trainer.updates.layer_rates import rate_factor

__all__ = ["load_optimizer", "make_optimizer", "optimizer_tensors", "set_learning_rate"]


def make_optimizer(
    model: DualEncoder, weight_decay: float, layer_decay: float = 1.0
) -> torch.optim.AdamW:
    """Return AdamW as CLIP was trained with, on what is trainable: betas (0.9, 0.98), epsilon 1e-6.

    Radford et al. 2021, arXiv:2103.00020, section 2.5 and table 18: no decay on gains, biases and
    the logit scale. For `layer_decay` see `layer_rates.py`.
    """
    groups: dict[tuple[float, float], dict[str, Any]] = {}
    for name, parameter in model.network.named_parameters():
        if parameter.requires_grad:
            decay = weight_decay if parameter.ndim >= 2 else 0.0
            factor = rate_factor(model, name, layer_decay)
            empty = {"params": [], "weight_decay": decay, "factor": factor}
            groups.setdefault((decay, factor), empty)["params"].append(parameter)
    fused = model.device.type in ("cpu", "cuda")
    return torch.optim.AdamW(
        list(groups.values()), lr=0.0, betas=(0.9, 0.98), eps=1e-6, fused=fused
    )


def set_learning_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Set the rate of the layers at the output; the others follow by their factors."""
    for group in optimizer.param_groups:
        group["lr"] = rate * group["factor"]


def optimizer_tensors(optimizer: torch.optim.Optimizer, names: Mapping[int, str]) -> Tensors:
    """Return the optimizer's state as tensors named `parameter/key`; `names` is by id()."""
    return {
        f"{names[id(parameter)]}/{key}": value.detach().cpu().contiguous()
        for parameter, state in optimizer.state.items()
        for key, value in state.items()
    }


def load_optimizer(
    optimizer: torch.optim.Optimizer, tensors: Tensors, names: Mapping[int, str]
) -> None:
    """Put back what `optimizer_tensors` gave; names that are not a parameter's are left alone."""
    by_name: dict[str, dict[str, torch.Tensor]] = {}
    for name, value in tensors.items():
        parameter, _, key = name.rpartition("/")
        by_name.setdefault(parameter, {})[key] = value
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            for key, value in by_name.get(names[id(parameter)], {}).items():
                on_cpu = key == "step" and not group.get("fused")
                device = torch.device("cpu") if on_cpu else parameter.device
                optimizer.state[parameter][key] = value.to(device)
