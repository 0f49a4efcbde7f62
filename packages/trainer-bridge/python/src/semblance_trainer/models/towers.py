"""The two towers as modules of their own, with inputs to trace and to compare them on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from semblance_trainer.models.dual_encoder import DualEncoder
from semblance_trainer.models.tokens import TextBatch

__all__ = ["CertificateInputs", "make_inputs", "tower_jobs"]


@dataclass(frozen=True)
class CertificateInputs:
    """What the graphs are compared on: pixel_values [n, 3, H, W] and padded ids."""

    pixel_values: torch.Tensor
    texts: TextBatch


class _VisionTower(nn.Module):
    def __init__(self, model: DualEncoder) -> None:
        super().__init__()
        self.network = model.network
        self._model = model

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        return self._model.project_images(pixel_values)


class _ClipTextTower(nn.Module):
    def __init__(self, model: DualEncoder) -> None:
        super().__init__()
        self.network = model.network
        self._model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        return self._model.project_texts(TextBatch(input_ids, attention_mask))


class _SiglipTextTower(nn.Module):
    def __init__(self, model: DualEncoder) -> None:
        super().__init__()
        self.network = model.network
        self._model = model

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        return self._model.project_texts(TextBatch(input_ids, torch.ones_like(input_ids)))


def make_inputs(
    model: DualEncoder, pixels: NDArray[np.uint8] | None, texts: list[str]
) -> CertificateInputs:
    """Return inputs of real items; seeded noise and made-up texts where there are none."""
    random = np.random.default_rng(0)
    if pixels is None or len(pixels) == 0:
        size = (4, model.images.height, model.images.width, 3)
        pixels = random.integers(0, 256, size, dtype=np.uint8)
    texts = texts or ["a", "a dog runs on the beach", "two", "people sit on benches " * 30]
    return CertificateInputs(
        model.images.normalised(pixels), model.texts.pad(model.texts.ids(texts))
    )


def tower_jobs(
    model: DualEncoder, inputs: CertificateInputs
) -> list[tuple[str, nn.Module, dict[str, torch.Tensor]]]:
    """Return each graph's file name, tower and inputs."""
    model.network.eval().cpu()
    texts = {"input_ids": inputs.texts.input_ids}
    if model.kind == "siglip":
        text_tower: nn.Module = _SiglipTextTower(model)
    else:
        text_tower = _ClipTextTower(model)
        texts["attention_mask"] = inputs.texts.attention_mask
    return [
        ("vision_model.onnx", _VisionTower(model), {"pixel_values": inputs.pixel_values}),
        ("text_model.onnx", text_tower, texts),
    ]
