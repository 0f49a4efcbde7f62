"""An export from end to end: checkpoint folder in, model folder out."""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from semblance_trainer.base.config import CertificateItems, ExportConfig
from semblance_trainer.base.errors import TrainerError
from semblance_trainer.base.events import EventWriter
from semblance_trainer.export.cost import measure_cost
from semblance_trainer.export.export_head import export_with_head
from semblance_trainer.export.export_onnx import export_towers
from semblance_trainer.export.model_card import write_model_card
from semblance_trainer.export.model_folder import (
    copy_checkpoint_files,
    move_model,
    read_base,
    refuse_occupied,
    write_description,
)
from semblance_trainer.export.precisions import graph_names, write_precisions
from semblance_trainer.models.checkpoint import save_tensors
from semblance_trainer.models.dual_encoder import DualEncoder, load_dual_encoder
from semblance_trainer.models.fold_head import Head, can_fold_into_weights, read_head
from semblance_trainer.models.graph_file import declare_weights, graph_parts
from semblance_trainer.models.images import decode_image
from semblance_trainer.models.towers import CertificateInputs, make_inputs

__all__ = ["export_model", "run_export"]

_PARTIAL = "export.partial"  # in the output, so that its files only need to be renamed
_WEIGHTS = "weights.partial"


def run_export(config: ExportConfig, events: EventWriter) -> dict[str, Any]:
    """Run an export job; return its result as in exit.json. Raises TrainerError.

    OUTPUT_OCCUPIED: see `refuse_occupied`.
    """
    began = time.monotonic()
    source, output = Path(config.checkpoint), Path(config.output)
    refuse_occupied(source, output)
    head = read_head(source)
    if head and not _takes_head(source, head):
        return export_with_head(config, head, events)
    model = load_dual_encoder(source, torch.device("cpu"))
    events.progress("loading", 1, 1, "parts")
    inputs = _read_items(model, config.certificate)
    failures: list[dict[str, Any]] = []
    with _folded_weights(model, output, head) as weights:
        description = export_model(
            config, model, inputs, events, weights=weights, failures=failures
        )
    return {
        "model": config.output,
        "weights": description["weights"],
        "certificate": description["certificate"],
        "files": description["files"],
        "failures": failures,
        "timing": {"export": time.monotonic() - began},
    }


def _takes_head(checkpoint: Path, head: Head) -> bool:
    """Return whether the checkpoint has weights, and a place for the head among them."""
    config = json.loads((checkpoint / "config.json").read_text(encoding="utf-8"))
    has_weights = any(checkpoint.glob("model*.safetensors"))
    return has_weights and can_fold_into_weights(config.get("model_type"), head)


@contextlib.contextmanager
def _folded_weights(model: DualEncoder, output: Path, head: Head) -> Iterator[Path | None]:
    """Give a folder with the weights that hold the head; in the end they lie in the output."""
    if not head:
        yield None
        return
    folder = output / _WEIGHTS
    folder.mkdir(parents=True, exist_ok=True)
    try:
        save_tensors(folder / "model.safetensors", model.tensors())
        yield folder
        (folder / "model.safetensors").replace(output / "model.safetensors")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _read_items(model: DualEncoder, items: CertificateItems | None) -> CertificateInputs:
    if items is None or not items.images:
        return make_inputs(model, None, list(items.texts) if items else [])
    try:
        pixels = np.stack([model.images.resized(decode_image(path)) for path in items.images])
    except (OSError, ValueError) as error:
        raise TrainerError("CONFIG", f"config.certificate.images: {error}") from error
    return make_inputs(model, pixels, list(items.texts))


def export_model(
    config: ExportConfig,
    model: DualEncoder,
    inputs: CertificateInputs,
    events: EventWriter,
    *,
    weights: Path | None = None,
    fit: dict[str, Any] | None = None,
    failures: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Export the model as it is loaded; return semblance.json, which comes into place last.

    Everything is made in a folder inside the output and moved when it is complete and checked:
    an export that breaks off leaves the output as it was.
    `weights` is the folder whose safetensors the loaded model equals, by default the checkpoint;
    `fit` is the result of the fit that made them, for the model card; `failures` receives the
    items of `config.data` that could not be read.
    """
    source, output = Path(config.checkpoint), Path(config.output)
    partial = output / _PARTIAL
    shutil.rmtree(partial, ignore_errors=True)  # of an export that was killed
    partial.mkdir(parents=True)
    try:
        certificate = _make_graphs(config, model, inputs, events, partial, failures)
        description = _describe(config, model, certificate, partial, weights or source, fit)
        move_model(partial, output)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return description


def _make_graphs(
    config: ExportConfig,
    model: DualEncoder,
    inputs: CertificateInputs,
    events: EventWriter,
    folder: Path,
    failures: list[dict[str, Any]] | None,
) -> dict[str, Any]:
    """Write the graphs that are asked for; return the certificate.

    fp32 is always made: the others are made from it, and it is what they are compared with.
    """
    certificate = export_towers(model, folder, inputs, events)
    if config.dtypes != ("fp32",) or config.data is not None:
        write_precisions(folder, config.dtypes, events)
        cost = measure_cost(model, folder, config.dtypes, inputs, config.data, events)
        certificate["cost"] = cost.facts
        if failures is not None:
            failures.extend(cost.failures)
    if "fp32" not in config.dtypes:
        for name in graph_names("fp32"):
            for part in graph_parts(folder / "onnx" / name):
                part.unlink()
    return certificate


def _describe(
    config: ExportConfig,
    model: DualEncoder,
    certificate: dict[str, Any],
    folder: Path,
    weights: Path,
    fit: dict[str, Any] | None,
) -> dict[str, Any]:
    source = Path(config.checkpoint)
    inherited, license_name = read_base(source)
    base = config.base if config.base is not None or fit is None else inherited
    name = config.name or source.resolve().name
    copy_checkpoint_files(source, folder)
    declare_weights(folder)
    write_model_card(
        folder,
        model,
        name=name,
        base=base,
        license_name=license_name,
        certificate=certificate,
        fit=fit,
    )
    return write_description(
        folder,
        model,
        name=name,
        base=base,
        license_name=license_name,
        certificate=certificate,
        weights=weights,
    )
