"""What of a model is trained: all of it, low-rank adapters, the text tower, or the biases."""

from __future__ import annotations

from typing import Literal

from torch import nn

from semblance_trainer.base.config import FitConfig, Hyperparameters
from semblance_trainer.base.errors import TrainerError
from semblance_trainer.models.checkpoint import Tensors
from semblance_trainer.models.dual_encoder import DualEncoder, pick_device
from semblance_trainer.models.lora import add_lora
from semblance_trainer.models.mixed_precision import choose_precision
from semblance_trainer.models.scratch import SCRATCH

__all__ = ["Method", "apply_method", "check_method", "count_parameters", "image_tower"]

Method = Literal["full", "lora", "lit", "bitfit"]
_IMAGE_TOWER = ("vision_model.", "visual_projection.")
_SCALARS = ("logit_scale", "logit_bias")


def check_method(config: FitConfig) -> None:
    """Raise CONFIG for a method that cannot teach this start anything, or a precision not here."""
    choose_precision(config.hyperparameters.precision, pick_device(config.device))
    if config.checkpoint == SCRATCH and config.method != "full":
        raise TrainerError(
            "CONFIG",
            f"{config.method} keeps most weights as they are, and those of {SCRATCH} are random",
            'use method "full", or start from trained weights',
        )


def apply_method(model: DualEncoder, method: Method, h: Hyperparameters, seed: int) -> None:
    """Make trainable what the method trains, and nothing else.

    - "full": everything.
    - "lora": adapters on the attention and MLP layers of both towers (see `lora.py`).
    - "lit": everything but the image tower (Zhai et al. 2022, arXiv:2111.07991).
    - "bitfit": biases (Ben Zaken et al. 2022, arXiv:2106.10199) and the layer norms' gains.

    The logit scale, and SigLIP's bias, are always trained.
    """
    network = model.network
    if method == "lora":
        add_lora(network, rank=h.lora_rank, alpha=h.lora_alpha, dropout=h.lora_dropout, seed=seed)
    elif method == "lit":
        for name, parameter in network.named_parameters():
            parameter.requires_grad_(not name.startswith(_IMAGE_TOWER))
    elif method == "bitfit":
        norms = {
            id(p) for m in network.modules() if isinstance(m, nn.LayerNorm) for p in m.parameters()
        }
        for name, parameter in network.named_parameters():
            parameter.requires_grad_(name.endswith("bias") or id(parameter) in norms)
    for name in _SCALARS:
        if hasattr(network, name):
            getattr(network, name).requires_grad_()


def image_tower(tensors: Tensors) -> Tensors:
    """Return those of a checkpoint's tensors that image embeddings are made with."""
    return {name: t for name, t in tensors.items() if name.startswith(_IMAGE_TOWER)}


def count_parameters(model: DualEncoder) -> dict[str, int]:
    """Return how many numbers are "trained", and how many the model has in "all", less adapters."""
    named = list(model.network.named_parameters())
    trained = sum(p.numel() for _, p in named if p.requires_grad)
    return {"trained": trained, "all": sum(p.numel() for n, p in named if ".lora_" not in n)}
