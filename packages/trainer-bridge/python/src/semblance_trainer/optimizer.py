"""AdamW as CLIP was trained with, and its state as named tensors."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from semblance_trainer.checkpoint import Tensors
from semblance_trainer.model import DualEncoder

__all__ = ["load_optimizer", "make_optimizer", "optimizer_tensors"]


def make_optimizer(model: DualEncoder, weight_decay: float) -> torch.optim.AdamW:
    """Return AdamW as CLIP was trained with: betas (0.9, 0.98), epsilon 1e-6.

    Radford et al. 2021, arXiv:2103.00020, section 2.5 and table 18: no decay on gains, biases and
    the logit scale.
    """
    parameters = [p for p in model.network.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
    ]
    fused = model.device.type in ("cpu", "cuda")
    return torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.98), eps=1e-6, fused=fused)


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
    """Put back what `optimizer_tensors` gave."""
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
