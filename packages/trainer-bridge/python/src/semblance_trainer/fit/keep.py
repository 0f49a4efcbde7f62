"""The end of a fit: the kept weights become a model folder."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from semblance_trainer.base.config import ExportConfig, FitConfig
from semblance_trainer.base.events import EventWriter
from semblance_trainer.data.pixels import Pixels
from semblance_trainer.export.export_model import export_model
from semblance_trainer.export.model_folder import copy_model, is_model_folder
from semblance_trainer.models.checkpoint import save_tensors
from semblance_trainer.models.dual_encoder import DualEncoder, load_dual_encoder
from semblance_trainer.models.fold_head import read_head
from semblance_trainer.models.scratch import SCRATCH
from semblance_trainer.models.towers import CertificateInputs, make_inputs

__all__ = ["certificate_inputs", "keep_weights"]

_CERTIFICATE_ITEMS = 32


def certificate_inputs(
    model: DualEncoder, validation: Pixels, texts: Sequence[str]
) -> CertificateInputs:
    """Return the first 32 validation images and texts, to compare the graphs with PyTorch on."""
    rows = np.flatnonzero(validation.cache.present)[:_CERTIFICATE_ITEMS]
    pixels = np.asarray(validation.cache.pixels[rows])
    return make_inputs(model, pixels, list(texts[:_CERTIFICATE_ITEMS]))


def keep_weights(
    config: FitConfig,
    result: dict[str, Any],
    model: DualEncoder,
    inputs: CertificateInputs,
    events: EventWriter,
) -> dict[str, Any]:
    """Make the run folder a model folder of what was kept; return the result with the time taken.

    `model` has the weights that were kept. An untrained start becomes a model folder of its own; a
    kept start that is one already is copied, not exported again.
    """
    began = time.monotonic()
    run, start, kept = Path(config.run_folder), model.folder, result["kept"]
    scratch = config.checkpoint == SCRATCH
    base = SCRATCH if scratch else None
    if scratch and not is_model_folder(start):
        untrained = load_dual_encoder(start, torch.device("cpu"))
        settings = ExportConfig(os.fspath(start), os.fspath(start), f"{run.name}-start", base)
        export_model(settings, untrained, inputs, events)
    if kept == "start" and is_model_folder(start):
        copy_model(start, run)
    else:
        _write_weights(run, start if kept == "start" else None, model)
        settings = ExportConfig(os.fspath(start), os.fspath(run), run.resolve().name, base)
        export_model(settings, model, inputs, events, weights=run, fit=result)
    seconds = time.monotonic() - began
    return {**result, "timing": {**result["timing"], "export": seconds}}


def _write_weights(run: Path, start: Path | None, model: DualEncoder) -> None:
    """Write model.safetensors: the start's own file where it is all of it, else the model's."""
    temporary = run / "model.safetensors.tmp"
    own = start is not None and (start / "model.safetensors").is_file() and not read_head(start)
    if start is not None and own:
        shutil.copyfile(start / "model.safetensors", temporary)
    else:
        save_tensors(temporary, model.tensors())
    temporary.replace(run / "model.safetensors")
