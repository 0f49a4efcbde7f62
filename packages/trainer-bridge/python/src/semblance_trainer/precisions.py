"""The graphs of a model in fewer bits: half floats, and weights of 8 bits.

int8 is dynamic quantisation: weights are stored as 8-bit integers, activations are quantised as
they come, each tensor by its own range. Nothing has to be calibrated.
"""

from __future__ import annotations

import logging
from pathlib import Path

from semblance_trainer.errors import TrainerError
from semblance_trainer.events import EventWriter

__all__ = ["DTYPES", "GRAPH_SUFFIXES", "graph_names", "write_precisions"]

GRAPH_SUFFIXES = {"fp32": "", "fp16": "_fp16", "int8": "_quantized"}
"""What a file's name ends with before `.onnx`, as transformers.js names it."""

DTYPES = tuple(GRAPH_SUFFIXES)
_LARGEST_FILE = 1_900_000_000  # bytes; protobuf ends at 2 GiB


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
            _write_fp16(*paths) if dtype == "fp16" else _write_int8(*paths)
        except (OSError, MemoryError):
            raise
        except Exception as error:  # onnx and onnxruntime raise many kinds
            raise TrainerError("EXPORT_FAILED", f"{target}: {error}") from error
    if jobs:
        events.progress("reducing precision", len(jobs), len(jobs), "graphs")


def _is_large(path: Path) -> bool:
    return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*")) > _LARGEST_FILE


def _write_fp16(source: Path, target: Path) -> None:
    """Convert weights and arithmetic to half floats; inputs and outputs stay float32."""
    import onnx
    from onnxruntime.transformers.float16 import convert_float_to_float16

    converted = convert_float_to_float16(onnx.load(source), keep_io_types=True)
    size = converted.ByteSize()
    onnx.save_model(
        converted,
        target,
        save_as_external_data=size > _LARGEST_FILE,
        location=f"{target.name}.data",
    )


def _write_int8(source: Path, target: Path) -> None:
    """Quantise weights to signed integers per channel, in 7 of the 8 bits.

    Signed weights run fastest, but processors without VNNI add their products in 16 bits, which
    saturate: with all 8 bits per channel, that costs more than a bit of precision does.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)  # it advises on standard error
    try:
        quantize_dynamic(
            source,
            target,
            op_types_to_quantize=["MatMul", "Gemm", "Gather"],
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            use_external_data_format=_is_large(source),
        )
    finally:
        root.setLevel(level)

