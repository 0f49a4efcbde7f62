"""The graphs of a model in fewer bits: half floats, and weights of 8 bits.

int8 is dynamic quantisation: weights are stored as 8-bit integers, activations are quantised as
they come, each tensor by its own range. Nothing has to be calibrated.
"""

from __future__ import annotations

from pathlib import Path

from semblance_trainer.base.errors import TrainerError
from semblance_trainer.base.events import EventWriter
from semblance_trainer.export.quantize import quantize_graph
from semblance_trainer.models.graph_file import write_graph

__all__ = ["DTYPES", "GRAPH_SUFFIXES", "graph_names", "write_precisions"]

GRAPH_SUFFIXES = {"fp32": "", "fp16": "_fp16", "int8": "_quantized"}
"""What a file's name ends with before `.onnx`, as transformers.js names it."""

DTYPES = tuple(GRAPH_SUFFIXES)


def graph_names(dtype: str) -> tuple[str, str]:
    """Return the file names of the vision and the text graph in a precision."""
    suffix = GRAPH_SUFFIXES[dtype]
    return f"vision_model{suffix}.onnx", f"text_model{suffix}.onnx"


def write_precisions(folder: Path, dtypes: tuple[str, ...], events: EventWriter) -> None:
    """Write the graphs of `folder`/onnx, which are fp32, in each other precision asked for.

    Raises EXPORT_FAILED.
    """
    jobs = [
        (dtype, source, target)
        for dtype in DTYPES
        if dtype in dtypes and dtype != "fp32"
        for source, target in zip(graph_names("fp32"), graph_names(dtype), strict=True)
    ]
    for done, (dtype, source, target) in enumerate(jobs):
        events.progress("reducing precision", done, len(jobs), "graphs")
        paths = folder / "onnx" / source, folder / "onnx" / target
        try:
            _write_precision(dtype, *paths)
        except (OSError, MemoryError):
            raise
        except Exception as error:  # onnx and onnxruntime raise many kinds
            raise TrainerError("EXPORT_FAILED", f"{target}: {error}") from error
    if jobs:
        events.progress("reducing precision", len(jobs), len(jobs), "graphs")


def _write_precision(dtype: str, source: Path, target: Path) -> None:
    if dtype == "fp16":
        _write_fp16(source, target)
    else:
        quantize_graph(source, target)


def _write_fp16(source: Path, target: Path) -> None:
    """Convert weights and arithmetic to half floats; inputs and outputs stay float32.

    Half the bytes. On a processor no faster: ONNX Runtime computes in float32 there.
    """
    from onnxruntime.transformers.float16 import convert_float_to_float16

    # By its path: shapes of a graph beyond 2 GiB cannot be inferred in memory.
    write_graph(convert_float_to_float16(str(source), keep_io_types=True), target)
