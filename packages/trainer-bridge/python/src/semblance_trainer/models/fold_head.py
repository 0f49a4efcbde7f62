"""A head, the matrix that an adapter puts behind a tower, as part of the model itself.

`x -> W x` behind a linear projection `x = P h + c` is the projection `W P` with the bias `W c`. A
graph gets one MatMul behind its output instead, whatever comes before it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import torch
from torch import nn

from semblance_trainer.base.errors import TrainerError
from semblance_trainer.models.checkpoint import read_tensors
from semblance_trainer.models.graph_file import write_graph

__all__ = ["Head", "can_fold_into_weights", "fold_into_graph", "fold_into_network", "read_head"]

Head = dict[str, torch.Tensor]
"""By tower, "image" and "text": [dimension, dimension], as a Linear's weight."""


def read_head(folder: Path) -> Head:
    """Return the head that semblance.json names; empty when there is none.

    Raises NOT_A_CHECKPOINT when it cannot be read or is not what its model says.
    """
    try:
        described = json.loads((folder / "semblance.json").read_text(encoding="utf-8"))
        reference = described.get("head")
    except (OSError, ValueError, AttributeError):
        return {}
    if not reference:
        return {}
    try:
        return _read(folder, reference["file"], reference["tower"], int(described["dimension"]))
    except Exception as error:  # safetensors has errors of its own
        raise TrainerError(
            "NOT_A_CHECKPOINT",
            f"the head of {folder} cannot be read: {error}",
            "copy the model again, with all its files",
        ) from error


def _read(folder: Path, name: str, tower: str, dimension: int) -> Head:
    if not re.fullmatch(r"[\w-][\w.-]*", name):
        raise ValueError(f"{name!r} is no name of a file in the model's folder")
    towers = ("image", "text") if tower == "both" else (tower,)
    tensors = read_tensors(folder / name)
    if sorted(tensors) != [f"{tower}.weight" for tower in towers]:
        raise ValueError(f"it holds {', '.join(sorted(tensors))}, not a weight for {tower}")
    for weight in tensors.values():
        if tuple(weight.shape) != (dimension, dimension):
            raise ValueError(f"a weight has the shape {tuple(weight.shape)}, not {dimension} twice")
    return {tower: tensors[f"{tower}.weight"] for tower in towers}


def can_fold_into_weights(kind: str, head: Head) -> bool:
    """Return whether a checkpoint can hold the head: SigLIP's images end in no projection."""
    return kind == "clip" or "image" not in head


def fold_into_network(network: Any, kind: str, head: Head) -> None:
    """Put the head into a CLIPModel's or SiglipModel's projections. Raises NOT_A_CHECKPOINT."""
    if not can_fold_into_weights(kind, head):
        raise TrainerError(
            "NOT_A_CHECKPOINT",
            "the model has a head behind its image tower, and a SigLIP checkpoint has no place "
            "for one",
            "start from the model that the head was fitted on",
        )
    for tower, weight in head.items():
        if kind == "clip":
            linear = network.visual_projection if tower == "image" else network.text_projection
        else:
            linear = network.text_model.head
        _multiply(linear, weight)


def _multiply(linear: nn.Linear, weight: torch.Tensor) -> None:
    """Put `weight` behind a Linear; in float64, so that rounding happens once."""
    with torch.no_grad():
        factor = weight.double()
        for parameter in (linear.weight, linear.bias):
            if parameter is not None:
                parameter.copy_(factor @ parameter.double())


def fold_into_graph(source: Path, target: Path, tower: str, weight: torch.Tensor) -> None:
    """Write a tower's graph with a MatMul behind its vectors, whose output keeps its name.

    Raises EXPORT_FAILED for a graph without float32 vectors.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load(source)
    types = {value.name: value.type.tensor_type.elem_type for value in model.graph.output}
    name = next((name for name in _vector_names(tower) if name in types), None)
    if name is None or types[name] != TensorProto.FLOAT:
        found = ", ".join(types)
        raise TrainerError("EXPORT_FAILED", f"{source.name} has no vectors among {found}")
    before = f"{name}_before_head"
    for node in model.graph.node:
        _rename(node.input, name, before)
        _rename(node.output, name, before)
    matrix = numpy_helper.from_array(weight.T.contiguous().numpy(), f"{name}_head")
    model.graph.initializer.append(matrix)
    model.graph.node.append(helper.make_node("MatMul", [before, matrix.name], [name]))
    write_graph(model, target)


def _vector_names(tower: str) -> tuple[str, ...]:
    """Return what the output with the vectors may be called, as encoders look for it."""
    return (f"{tower}_embeds", f"{tower}_embedding", "embedding", "pooler_output")


def _rename(names: Any, old: str, new: str) -> None:
    for i, name in enumerate(names):
        if name == old:
            names[i] = new
