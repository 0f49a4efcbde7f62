"""The export of a model with a head that has graphs alone: the head goes into the graphs."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from semblance_trainer.base.config import ExportConfig
from semblance_trainer.base.errors import TrainerError
from semblance_trainer.base.events import EventWriter, write_atomically
from semblance_trainer.export.certificate import TOLERANCE, distance
from semblance_trainer.export.graph_encoder import open_graph
from semblance_trainer.export.model_folder import copy_checkpoint_files, hash_file, move_model
from semblance_trainer.export.precisions import graph_names, write_precisions
from semblance_trainer.models.fold_head import Head, fold_into_graph
from semblance_trainer.models.graph_file import declare_weights

__all__ = ["export_with_head"]


def export_with_head(config: ExportConfig, head: Head, events: EventWriter) -> dict[str, Any]:
    """Write the model with the head inside its graphs; return the result as in exit.json.

    The certificate compares the graphs with those of the start and the head behind them, on made-up
    inputs. Raises CONFIG for `data`, EXPORT_FAILED.
    """
    began = time.monotonic()
    if config.data is not None:
        message = "what precisions cost is measured against PyTorch, and the model has no weights"
        raise TrainerError("CONFIG", message, "export it without data")
    source, output = Path(config.checkpoint), Path(config.output)
    partial = output / "export.partial"
    shutil.rmtree(partial, ignore_errors=True)
    (partial / "onnx").mkdir(parents=True)
    try:
        certificate = _fold_graphs(source, partial, head, events)
        write_precisions(partial, config.dtypes, events)
        if "fp32" not in config.dtypes:
            for name in graph_names("fp32"):
                for path in _files_of(partial / "onnx" / name):
                    path.unlink()
        description = _describe(config, partial, certificate)
        move_model(partial, output)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return {
        "model": config.output,
        "weights": description["weights"],
        "certificate": certificate,
        "files": description["files"],
        "failures": [],
        "timing": {"export": time.monotonic() - began},
    }


def _fold_graphs(source: Path, folder: Path, head: Head, events: EventWriter) -> dict[str, Any]:
    """Write both fp32 graphs; return the certificate."""
    import onnxruntime

    towers = dict(zip(("image", "text"), graph_names("fp32"), strict=True))
    distances = {}
    for done, (tower, name) in enumerate(towers.items()):
        events.progress("folding the head", done, len(towers), "graphs")
        graph = source / "onnx" / name
        if not graph.is_file():
            raise TrainerError(
                "EXPORT_FAILED",
                f"{source} has neither weights nor onnx/{name} to fold its head into",
                "start from the model that the head was fitted on, in fp32",
            )
        if tower in head:
            fold_into_graph(graph, folder / "onnx" / name, tower, head[tower])
        else:
            for path in _files_of(graph):
                shutil.copyfile(path, folder / "onnx" / path.name)
        distances[tower] = _compare(graph, folder / "onnx" / name, head.get(tower), source)
    events.progress("folding the head", len(towers), len(towers), "graphs")
    engine = f"onnxruntime {onnxruntime.__version__}"
    return {
        "reference": f"{engine}, with the head behind the graph",
        "runtime": engine,
        "items": {"images": _ITEMS, "texts": _ITEMS},
        **distances,
        "tolerance": TOLERANCE,
        "cost": None,
    }


def _files_of(graph: Path) -> list[Path]:
    """Return a graph and what lies beside it, as other exporters name that too."""
    return sorted(graph.parent.glob(f"{graph.name}*"))


_ITEMS = 4


def _compare(
    start: Path, folded: Path, weight: torch.Tensor | None, model: Path
) -> dict[str, float]:
    before, after = open_graph(start), open_graph(folded)
    inputs = {node.name: _made_up(node.name, model) for node in before.get_inputs()}
    expected = before.run(None, inputs)[0]
    if weight is not None:
        expected = (expected.astype(np.float64) @ weight.double().numpy().T).astype(np.float32)
    apart = distance(expected, after.run(None, inputs)[0])
    if not apart["maxAbs"] <= TOLERANCE:
        found = f"{folded.name} differs from the graph with the head behind it"
        raise TrainerError("EXPORT_FAILED", f"{found} by {apart['maxAbs']:.2g}")
    return apart


def _made_up(name: str, model: Path) -> np.ndarray[Any, Any]:
    """Return values for an input: noise, tokens that every vocabulary has, or ones."""
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    random = np.random.default_rng(0)
    if name == "pixel_values":
        size = int(config["vision_config"].get("image_size", 224))
        return random.standard_normal((_ITEMS, 3, size, size), dtype=np.float32)
    longest = int(config["text_config"].get("max_position_embeddings", 64))
    shape = (_ITEMS, min(9, longest))
    if name == "input_ids":
        return random.integers(1, 100, shape, dtype=np.int64)
    return np.ones(shape, dtype=np.int64)


def _describe(config: ExportConfig, folder: Path, certificate: dict[str, Any]) -> dict[str, Any]:
    """Write semblance.json: the source's, of these graphs and without the head beside them."""
    source = Path(config.checkpoint)
    copy_checkpoint_files(source, folder)
    declare_weights(folder)
    described: dict[str, Any] = json.loads((source / "semblance.json").read_text(encoding="utf-8"))
    name = config.name or source.resolve().name
    card = source / "README.md"
    text = card.read_text(encoding="utf-8") if card.is_file() else ""
    write_atomically(folder / "README.md", text + _NOTE)
    graphs = sorted(path for path in (folder / "onnx").iterdir() if path.is_file())
    description = {
        **described,
        "name": name,
        "files": {
            f"onnx/{path.name}": {"sha256": hash_file(path), "bytes": path.stat().st_size}
            for path in graphs
        },
        "certificate": certificate,
        "head": None,
    }
    write_atomically(folder / "semblance.json", json.dumps(description, indent=2) + "\n")
    return description


_NOTE = "\nIn this export the head is part of the graphs.\n"
