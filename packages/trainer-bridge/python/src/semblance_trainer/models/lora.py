"""Low-rank adapters on the linear layers of both towers, and plain weights out of them.

LoRA (Hu et al. 2021, arXiv:2106.09685) by peft. What leaves training (checkpoints, candidates, the
model) are plain CLIP or SigLIP weights with the adapters merged: W + (alpha / rank) · B · A.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

__all__ = ["add_lora", "is_adapted", "merged", "plain_tensors", "remove_lora"]

_LAYERS = (
    r"(vision_model|text_model)\.encoder\.layers\.\d+\."
    r"(self_attn\.(q_proj|k_proj|v_proj|out_proj)|mlp\.(fc1|fc2))"
)
_BASE, _FACTORS = ".base_layer.", ".lora_"


def add_lora(network: Any, *, rank: int, alpha: int, dropout: float, seed: int) -> None:
    """Wrap every attention and MLP layer of both towers; only the adapters are then trainable.

    The adapters begin as no change at all (B is zero); `seed` decides A.
    """
    from peft import LoraConfig, inject_adapter_in_model

    config = LoraConfig(r=rank, lora_alpha=alpha, lora_dropout=dropout, target_modules=_LAYERS)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        inject_adapter_in_model(config, network)


def is_adapted(network: nn.Module) -> bool:
    """Say whether the network has adapters."""
    return any(True for _ in _adapted(network))


def remove_lora(network: nn.Module) -> None:
    """Put the wrapped layers back as they were before `add_lora`; what was learned is dropped."""
    for name, layer in list(_adapted(network)):
        parent, _, attribute = name.rpartition(".")
        setattr(network.get_submodule(parent), attribute, layer.base_layer)


@contextmanager
def merged(network: nn.Module) -> Iterator[None]:
    """Let the layers hold merged weights for a while; afterwards all is as before, to the bit."""
    layers = [layer for _, layer in _adapted(network)]
    before = [layer.base_layer.weight.data for layer in layers]
    try:
        with torch.no_grad():
            for layer in layers:
                weight = layer.base_layer.weight
                weight.data = weight.data + layer.get_delta_weight("default")
                layer._disable_adapters = True
        yield
    finally:
        for layer, weight in zip(layers, before, strict=True):
            layer.base_layer.weight.data = weight
            layer._disable_adapters = False


def plain_tensors(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return a network's tensors under the names of one without adapters, and no adapters."""
    return {
        name.replace(_BASE, "."): tensor for name, tensor in tensors.items() if _FACTORS not in name
    }


def _adapted(network: nn.Module) -> Iterator[tuple[str, Any]]:
    return ((name, m) for name, m in network.named_modules() if hasattr(m, "get_delta_weight"))
