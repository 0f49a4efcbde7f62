"""Both towers as ONNX graphs, each held against PyTorch before it counts."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from semblance_trainer.errors import TrainerError
from semblance_trainer.events import EventWriter
from semblance_trainer.model import DualEncoder
from semblance_trainer.tokens import TextBatch

__all__ = ["TOLERANCE", "CertificateInputs", "check_towers", "export_towers", "make_inputs"]

TOLERANCE = 1e-5
_OPSET = 20
_LARGEST_FILE = 1_900_000_000  # bytes; protobuf ends at 2 GiB


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


def export_towers(
    model: DualEncoder, folder: Path, inputs: CertificateInputs, events: EventWriter
) -> dict[str, Any]:
    """Write onnx/vision_model.onnx and onnx/text_model.onnx; return the certificate.

    Raises EXPORT_FAILED when a graph cannot be made or differs from PyTorch (see `check_towers`).
    """
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    jobs = _jobs(model, inputs)
    events.progress("exporting", 0, len(jobs), "graphs")
    for done, (name, tower, tensors) in enumerate(jobs, start=1):
        _export(tower, tensors, folder / "onnx" / name, model.max_length)
        events.progress("exporting", done, len(jobs), "graphs")
    return check_towers(model, folder, inputs, events)


def check_towers(
    model: DualEncoder, folder: Path, inputs: CertificateInputs, events: EventWriter
) -> dict[str, Any]:
    """Compare the graphs of a folder with the model; return the certificate.

    Raises EXPORT_FAILED when any component of an L2-normalised embedding differs by more than
    1e-5.
    """
    checks = []
    jobs = _jobs(model, inputs)
    for done, (name, tower, tensors) in enumerate(jobs):
        events.progress("checking the export", done, len(jobs), "graphs")
        checks.append(_compare(tower, tensors, folder / "onnx" / name))
    events.progress("checking the export", len(jobs), len(jobs), "graphs")
    return _certificate(inputs, checks)


def _jobs(
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


def _certificate(inputs: CertificateInputs, checks: list[dict[str, float]]) -> dict[str, Any]:
    import onnxruntime

    return {
        "reference": f"torch {torch.__version__}",
        "runtime": f"onnxruntime {onnxruntime.__version__}",
        "items": {"images": len(inputs.pixel_values), "texts": len(inputs.texts.input_ids)},
        "image": checks[0],
        "text": checks[1],
        "tolerance": TOLERANCE,
    }


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
    size = sum(p.numel() * p.element_size() for p in tower.parameters())
    temporary = path.with_name(path.name + ".tmp")
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
            large = size > _LARGEST_FILE
            program.save(path if large else temporary, external_data=large)
    except (OSError, MemoryError):
        raise
    except Exception as error:  # the exporter has a family of errors of its own
        raise TrainerError("EXPORT_FAILED", f"{path.name}: {error}") from error
    if not large:
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)


def _unit_rows(rows: NDArray[np.float32]) -> NDArray[np.float64]:
    exact = rows.astype(np.float64)
    return np.asarray(exact / np.linalg.norm(exact, axis=1, keepdims=True))


def _compare(tower: nn.Module, tensors: dict[str, torch.Tensor], path: Path) -> dict[str, float]:
    """Return the largest difference and smallest cosine over batches of 1, 2 and all items."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        os.fspath(path), options, providers=["CPUExecutionProvider"]
    )
    largest, smallest_cosine = 0.0, 1.0
    count = len(next(iter(tensors.values())))
    for size in sorted({1, min(2, count), count}):
        part = {name: tensor[:size] for name, tensor in tensors.items()}
        with torch.no_grad():
            expected = _unit_rows(tower(**part).numpy())
        found = _unit_rows(session.run(None, {k: v.numpy() for k, v in part.items()})[0])
        largest = max(largest, float(np.abs(expected - found).max()))
        smallest_cosine = min(smallest_cosine, float((expected * found).sum(axis=1).min()))
    if not largest <= TOLERANCE:
        raise TrainerError(
            "EXPORT_FAILED",
            f"{path.name} differs from PyTorch by {largest:.2g}, more than {TOLERANCE:g}",
            "try another version of torch, onnxscript or onnxruntime",
        )
    return {"maxAbs": largest, "minCosine": smallest_cosine}
