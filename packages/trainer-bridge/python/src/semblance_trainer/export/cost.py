"""What fewer bits cost: how far each precision is from PyTorch, and what that does to a ranking."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from semblance_trainer.base.events import EventWriter
from semblance_trainer.data.dataset import read_dataset
from semblance_trainer.data.pixels import read_exact_pixels
from semblance_trainer.evaluation.evaluator import Embeddings, Encoder, Evaluator
from semblance_trainer.evaluation.ranking import ranking_agreement
from semblance_trainer.export.certificate import distance
from semblance_trainer.export.graph_encoder import open_graphs
from semblance_trainer.export.precisions import DTYPES, graph_names
from semblance_trainer.models.dual_encoder import DualEncoder
from semblance_trainer.models.graph_file import graph_parts
from semblance_trainer.models.towers import CertificateInputs

__all__ = ["Cost", "measure_cost"]

_SANE_COSINE = 0.9
_DEPTHS = (1, 10)


@dataclass(frozen=True)
class Cost:
    """What was measured, as in semblance.json, and the image items that could not be read."""

    facts: dict[str, Any]
    failures: list[dict[str, Any]]


def measure_cost(
    model: DualEncoder,
    folder: Path,
    dtypes: tuple[str, ...],
    inputs: CertificateInputs,
    data: str | None,
    events: EventWriter,
) -> Cost:
    """Measure each precision of the graphs in `folder`, fp32 always, against PyTorch in float32.

    On the dataset folder `data`; without one on `inputs`, and then nothing is ranked. A precision
    whose smallest cosine is below 0.9 is told as a warning. Raises DATASET_EMPTY and CONFIG.
    """
    measured = [dtype for dtype in DTYPES if dtype == "fp32" or dtype in dtypes]
    evaluator, failures = _open_data(model, data, events)
    made: dict[str, Embeddings] = {}
    for done, name in enumerate(["torch", *measured]):
        events.progress("measuring the cost", done, len(measured) + 1, "precisions")
        encoder: Encoder = model if name == "torch" else open_graphs(model, folder, name)
        made[name] = evaluator.encode(encoder) if evaluator else _encode_inputs(encoder, inputs)
    events.progress("measuring the cost", len(measured) + 1, len(measured) + 1, "precisions")
    metrics = {name: evaluator.metrics(rows) for name, rows in made.items()} if evaluator else None
    if evaluator:
        made = {name: evaluator.evaluated(rows) for name, rows in made.items()}
    precisions = {
        dtype: {"bytes": _bytes_of(folder, dtype), **_compare(made, metrics, dtype)}
        for dtype in measured
    }
    _warn(precisions, events)
    facts = {
        "items": {"images": len(made["torch"].images), "texts": len(made["torch"].texts)},
        "dataset": data is not None,
        "metrics": metrics["torch"] if metrics else None,
        "precisions": precisions,
    }
    return Cost(facts, failures)


def _open_data(
    model: DualEncoder, data: str | None, events: EventWriter
) -> tuple[Evaluator | None, list[dict[str, Any]]]:
    if data is None:
        return None, []
    dataset = read_dataset(Path(data), "evaluation")
    pixels = read_exact_pixels(dataset, model, Path(data) / "pixels.u8", events)
    return Evaluator(dataset, pixels.files, pixels.cache, 0), pixels.failures


def _encode_inputs(encoder: Encoder, inputs: CertificateInputs) -> Embeddings:
    texts = zip(inputs.texts.input_ids, inputs.texts.attention_mask, strict=True)
    ids = [row[mask == 1].tolist() for row, mask in texts]
    with torch.inference_mode():
        images = encoder.encode_images(inputs.pixel_values).numpy()
        return Embeddings(images, encoder.encode_texts(ids).numpy())


def _bytes_of(folder: Path, dtype: str) -> int:
    files = [part for name in graph_names(dtype) for part in graph_parts(folder / "onnx" / name)]
    return sum(path.stat().st_size for path in files)


def _compare(
    made: dict[str, Embeddings], metrics: dict[str, dict[str, float]] | None, dtype: str
) -> dict[str, Any]:
    found = made[dtype]
    facts: dict[str, Any] = {
        against: {
            "image": distance(made[reference].images, found.images),
            "text": distance(made[reference].texts, found.texts),
        }
        for against, reference in (("toTorch", "torch"), ("toFp32", "fp32"))
    }
    if metrics is None:
        return {**facts, "agreement": None, "metrics": None, "change": None}
    exact, here = metrics["torch"], metrics[dtype]
    return {
        **facts,
        "agreement": _agreement(made["torch"], found),
        "metrics": here,
        "change": {key: value - exact[key] for key, value in here.items()},
    }


def _agreement(exact: Embeddings, found: Embeddings) -> dict[str, float]:
    """Return how far both rankings agree, at depths 1 and 10, as `t2i.agreement@1`."""

    def pair(rows: Embeddings, name: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return (rows.texts, rows.images) if name == "t2i" else (rows.images, rows.texts)

    return {
        f"{name}.agreement@{depth}": ranking_agreement(pair(exact, name), pair(found, name), depth)
        for name in ("t2i", "i2t")
        for depth in _DEPTHS
    }


def _warn(precisions: dict[str, dict[str, Any]], events: EventWriter) -> None:
    for dtype, facts in precisions.items():
        smallest = min(facts["toTorch"][side]["minCosine"] for side in ("image", "text"))
        if not smallest >= _SANE_COSINE:
            events.warning(
                "PRECISION_POOR",
                f"{dtype} is far from PyTorch: an embedding's cosine is {smallest:.3f}, less than "
                f"{_SANE_COSINE}; do not use it for this model without measuring it on your data",
            )
