"""Both towers as ONNX graphs, each held against PyTorch before it counts."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import nn

from semblance_trainer.base.errors import TrainerError
from semblance_trainer.base.events import EventWriter
from semblance_trainer.export.certificate import check_towers
from semblance_trainer.models.dual_encoder import DualEncoder
from semblance_trainer.models.graph_file import write_graph
from semblance_trainer.models.towers import CertificateInputs, tower_jobs

__all__ = ["export_towers"]

_OPSET = 20


def export_towers(
    model: DualEncoder, folder: Path, inputs: CertificateInputs, events: EventWriter
) -> dict[str, Any]:
    """Write onnx/vision_model.onnx and onnx/text_model.onnx; return the certificate.

    Raises EXPORT_FAILED when a graph cannot be made or differs from PyTorch (see `check_towers`).
    """
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    jobs = tower_jobs(model, inputs)
    events.progress("exporting", 0, len(jobs), "graphs")
    for done, (name, tower, tensors) in enumerate(jobs, start=1):
        _export(tower, tensors, folder / "onnx" / name, model.max_length)
        events.progress("exporting", done, len(jobs), "graphs")
    return check_towers(model, folder, inputs, events)


def _examples(tensors: dict[str, torch.Tensor], longest: int) -> dict[str, torch.Tensor]:
    """Return inputs of batch 2 and a middling length: sizes that stay symbolic when traced."""
    return {
        name: tensor[:1].expand(2, *tensor.shape[1:]).contiguous()
        if name == "pixel_values"
        else torch.ones(2, max(2, min(9, longest - 1)), dtype=torch.int64)
        for name, tensor in tensors.items()
    }


def _export(tower: nn.Module, tensors: dict[str, torch.Tensor], path: Path, longest: int) -> None:
    batch = torch.export.Dim("batch", min=1, max=65_536)
    sequence = torch.export.Dim("sequence", min=2, max=longest)
    examples = _examples(tensors, longest)
    axes = {
        name: {0: batch} if name == "pixel_values" else {0: batch, 1: sequence} for name in examples
    }
    is_vision = "pixel_values" in examples
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    try:
        with torch.no_grad(), warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                tower.eval(),
                kwargs=examples,
                input_names=list(examples),
                output_names=["image_embeds" if is_vision else "text_embeds"],
                dynamic_shapes=axes,
                opset_version=_OPSET,
                dynamo=True,
                verbose=False,
            )
            if program is None:
                raise RuntimeError("torch.onnx.export gave no program")
            write_graph(program.model_proto, path)
    except (OSError, MemoryError):
        raise
    except Exception as error:  # the exporter has a family of errors of its own
        raise TrainerError("EXPORT_FAILED", f"{path.name}: {error}") from error
