"""CLIP and SigLIP dual encoders from checkpoints in the Hugging Face layout, safetensors alone."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import nn

from semblance_trainer.base.errors import TrainerError
from semblance_trainer.models.fold_head import fold_into_network, read_head
from semblance_trainer.models.images import ImageRecipe, read_image_recipe
from semblance_trainer.models.lora import plain_tensors
from semblance_trainer.models.tokens import TextBatch, TextEncoder, read_text_encoder

__all__ = ["DualEncoder", "load_dual_encoder", "pick_device", "silence_transformers"]


@dataclass(frozen=True)
class DualEncoder:
    """Two towers with what feeds them.

    Attributes:
        kind: "clip" (softmax over the batch) or "siglip" (a sigmoid for every pair).
        network: transformers' CLIPModel or SiglipModel, float32.
        folder: the checkpoint.
    """

    kind: Literal["clip", "siglip"]
    network: Any
    images: ImageRecipe
    texts: TextEncoder
    folder: Path
    device: torch.device

    def project_images(self, pixel_values: torch.Tensor) -> torch.Tensor:
        """Return image embeddings [batch, dimension], not normalised."""
        pooled: torch.Tensor = self.network.vision_model(pixel_values=pixel_values).pooler_output
        if self.kind == "clip":
            pooled = self.network.visual_projection(pooled)
        return pooled

    def project_texts(self, batch: TextBatch) -> torch.Tensor:
        """Return text embeddings [batch, dimension], not normalised.

        SigLIP was trained without a mask: its text tower sees the padding.
        """
        mask = batch.attention_mask if self.kind == "clip" else None
        output = self.network.text_model(input_ids=batch.input_ids, attention_mask=mask)
        pooled: torch.Tensor = output.pooler_output
        if self.kind == "clip":
            pooled = self.network.text_projection(pooled)
        return pooled

    def encode_images(self, pixel_values: torch.Tensor) -> torch.Tensor:
        """Return L2-normalised image embeddings [batch, dimension]."""
        return _unit(self.project_images(pixel_values.to(self.device)))

    def encode_texts(self, ids: Sequence[Sequence[int]]) -> torch.Tensor:
        """Return L2-normalised text embeddings [batch, dimension] of token ids."""
        padded = self.texts.pad(ids)
        batch = TextBatch(padded.input_ids.to(self.device), padded.attention_mask.to(self.device))
        return _unit(self.project_texts(batch))

    @property
    def dimension(self) -> int:
        """Length of an embedding."""
        config = self.network.config
        return int(
            config.projection_dim if self.kind == "clip" else config.text_config.projection_size
        )

    @property
    def vision_width(self) -> int:
        """Hidden size of the vision tower."""
        return int(self.network.config.vision_config.hidden_size)

    @property
    def max_length(self) -> int:
        """Positions of the text tower."""
        return int(self.network.config.text_config.max_position_embeddings)

    def scoring(self) -> dict[str, Any]:
        """Return how scores become probabilities: kind, logitScale (a multiplier), logitBias."""
        bias = float(self.network.logit_bias.detach()) if self.kind == "siglip" else 0.0
        return {
            "kind": "softmax" if self.kind == "clip" else "sigmoid",
            "logitScale": math.exp(float(self.network.logit_scale.detach())),
            "logitBias": bias,
        }

    def tensors(self) -> dict[str, torch.Tensor]:
        """Return the weights by name, as a checkpoint holds them, on the CPU and contiguous.

        Without adapters: those are no part of a checkpoint (see `lora.py`).
        """
        state = plain_tensors(self.network.state_dict())
        return {name: value.detach().cpu().contiguous() for name, value in state.items()}

    def load_tensors(self, tensors: dict[str, torch.Tensor]) -> None:
        """Replace the weights."""
        self.network.load_state_dict(tensors)


def _unit(embeddings: torch.Tensor) -> torch.Tensor:
    """Normalise, in float32 at least: half precision would move an embedding by a thousandth."""
    if embeddings.dtype in (torch.float16, torch.bfloat16):
        embeddings = embeddings.float()
    return F.normalize(embeddings, dim=-1)


def pick_device(wanted: str) -> torch.device:
    """Return the device: "auto" is CUDA, else Apple's MPS, else the CPU. Raises CONFIG."""
    available = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if wanted == "auto":
        return torch.device(next(name for name, there in available.items() if there))
    if not available[wanted]:
        there = ", ".join(name for name, is_there in available.items() if is_there)
        raise TrainerError("CONFIG", f"device {wanted!r} is not available here; there is {there}")
    return torch.device(wanted)


def silence_transformers() -> None:
    """Turn off progress bars and advice: what users should hear goes through events."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()


def _not_a_checkpoint(folder: Path, why: str) -> TrainerError:
    return TrainerError(
        "NOT_A_CHECKPOINT",
        f"{folder} is not a CLIP or SigLIP checkpoint: {why}",
        "give a folder with config.json, model.safetensors, preprocessor_config.json, "
        "tokenizer.json and tokenizer_config.json",
    )


def _read_kind(folder: Path) -> Literal["clip", "siglip"]:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        kind = config.get("model_type")
    except (OSError, ValueError, AttributeError) as error:
        raise _not_a_checkpoint(folder, f"no readable config.json ({error})") from error
    if kind not in ("clip", "siglip"):
        raise _not_a_checkpoint(folder, f"its model_type is {kind!r}, not 'clip' or 'siglip'")
    if not list(folder.glob("model*.safetensors")):
        raise _not_a_checkpoint(folder, "no model.safetensors")
    return "clip" if kind == "clip" else "siglip"


def load_dual_encoder(folder: Path, device: torch.device) -> DualEncoder:
    """Load a checkpoint in float32, with its head, where it has one, in its projections.

    Raises NOT_A_CHECKPOINT with what is wrong.
    """
    from transformers import CLIPModel, SiglipModel

    silence_transformers()
    kind = _read_kind(folder)
    architecture = CLIPModel if kind == "clip" else SiglipModel
    try:
        network, report = architecture.from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=True,
            dtype=torch.float32,
            output_loading_info=True,
        )
    except Exception as error:  # safetensors, json and transformers each have their own
        if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
            raise
        raise _not_a_checkpoint(folder, str(error)) from error
    if report["missing_keys"]:
        missing = ", ".join(sorted(report["missing_keys"])[:3])
        raise _not_a_checkpoint(folder, f"model.safetensors lacks {missing}")
    fold_into_network(network, kind, read_head(folder))
    recipe = read_image_recipe(folder, int(network.config.vision_config.image_size), kind)
    texts = read_text_encoder(folder, network.config.text_config, kind)
    module: nn.Module = network
    module.to(device)
    return DualEncoder(kind, network, recipe, texts, folder, device)
