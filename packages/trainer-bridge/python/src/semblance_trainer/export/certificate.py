"""The certificate of an export: how far ONNX Runtime is from PyTorch on the same inputs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from semblance_trainer.base.errors import TrainerError
from semblance_trainer.base.events import EventWriter
from semblance_trainer.export.graph_encoder import open_graph
from semblance_trainer.models.dual_encoder import DualEncoder
from semblance_trainer.models.towers import CertificateInputs, tower_jobs

__all__ = ["TOLERANCE", "check_towers", "distance"]

TOLERANCE = 1e-5
"""Largest difference allowed in any component of an L2-normalised embedding."""


def check_towers(
    model: DualEncoder, folder: Path, inputs: CertificateInputs, events: EventWriter
) -> dict[str, Any]:
    """Compare the graphs of a folder with the model; return the certificate.

    Raises EXPORT_FAILED when any component of an L2-normalised embedding differs by more than
    1e-5.
    """
    checks = []
    jobs = tower_jobs(model, inputs)
    for done, (name, tower, tensors) in enumerate(jobs):
        events.progress("checking the export", done, len(jobs), "graphs")
        checks.append(_compare(tower, tensors, folder / "onnx" / name))
    events.progress("checking the export", len(jobs), len(jobs), "graphs")
    return _certificate(inputs, checks)


def _certificate(inputs: CertificateInputs, checks: list[dict[str, float]]) -> dict[str, Any]:
    import onnxruntime

    return {
        "reference": f"torch {torch.__version__}",
        "runtime": f"onnxruntime {onnxruntime.__version__}",
        "items": {"images": len(inputs.pixel_values), "texts": len(inputs.texts.input_ids)},
        "image": checks[0],
        "text": checks[1],
        "tolerance": TOLERANCE,
        "cost": None,
    }


def _unit_rows(rows: NDArray[np.float32]) -> NDArray[np.float64]:
    exact = rows.astype(np.float64)
    return np.asarray(exact / np.linalg.norm(exact, axis=1, keepdims=True))


def distance(expected: NDArray[np.float32], found: NDArray[np.float32]) -> dict[str, float]:
    """Return the largest difference and the smallest cosine of rows, L2-normalised first."""
    exact, other = _unit_rows(expected), _unit_rows(found)
    return {
        "maxAbs": float(np.abs(exact - other).max()),
        "minCosine": float((exact * other).sum(axis=1).min()),
    }


def _compare(tower: nn.Module, tensors: dict[str, torch.Tensor], path: Path) -> dict[str, float]:
    """Return the largest difference and smallest cosine over batches of 1, 2 and all items."""
    session = open_graph(path)
    largest, smallest_cosine = 0.0, 1.0
    count = len(next(iter(tensors.values())))
    for size in sorted({1, min(2, count), count}):
        part = {name: tensor[:size] for name, tensor in tensors.items()}
        with torch.no_grad():
            expected = tower(**part).numpy()
        apart = distance(expected, session.run(None, {k: v.numpy() for k, v in part.items()})[0])
        largest = float(np.maximum(largest, apart["maxAbs"]))  # unlike max, it keeps a NaN
        smallest_cosine = min(smallest_cosine, apart["minCosine"])
    if not largest <= TOLERANCE:
        raise TrainerError(
            "EXPORT_FAILED",
            f"{path.name} differs from PyTorch by {largest:.2g}, more than {TOLERANCE:g}",
            "try another version of torch, onnxscript or onnxruntime",
        )
    return {"maxAbs": largest, "minCosine": smallest_cosine}
