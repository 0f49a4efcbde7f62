"""The graphs of a model folder as an encoder, for measuring them as PyTorch is measured."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F

from semblance_trainer.export.precisions import graph_names
from semblance_trainer.models.dual_encoder import DualEncoder
from semblance_trainer.models.images import ImageRecipe
from semblance_trainer.models.tokens import TextEncoder

__all__ = ["GraphEncoder", "open_graph", "open_graphs"]


@dataclass(frozen=True)
class GraphEncoder:
    """Two sessions of ONNX Runtime; images and texts are prepared as the model's own are."""

    vision: Any
    text: Any
    images: ImageRecipe
    texts: TextEncoder
    dimension: int

    def encode_images(self, pixel_values: torch.Tensor) -> torch.Tensor:
        """Return L2-normalised image embeddings [batch, dimension]."""
        rows = self.vision.run(None, {"pixel_values": pixel_values.numpy()})[0]
        return F.normalize(torch.from_numpy(rows), dim=-1)

    def encode_texts(self, ids: Sequence[Sequence[int]]) -> torch.Tensor:
        """Return L2-normalised text embeddings [batch, dimension] of token ids."""
        padded = self.texts.pad(ids)
        inputs = {"input_ids": padded.input_ids.numpy()}
        if any(node.name == "attention_mask" for node in self.text.get_inputs()):
            inputs["attention_mask"] = padded.attention_mask.numpy()
        return F.normalize(torch.from_numpy(self.text.run(None, inputs)[0]), dim=-1)


def open_graph(path: Path) -> Any:
    """Open a graph on the processor."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        os.fspath(path), options, providers=["CPUExecutionProvider"]
    )


def open_graphs(model: DualEncoder, folder: Path, dtype: str) -> GraphEncoder:
    """Open both graphs of `folder` in a precision; `model` is what they were made from."""
    vision, text = (open_graph(folder / "onnx" / name) for name in graph_names(dtype))
    return GraphEncoder(vision, text, model.images, model.texts, model.dimension)
