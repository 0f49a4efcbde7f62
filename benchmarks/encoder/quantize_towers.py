"""Writes `onnx/*_model_quantized.onnx` of a model folder: int8 weights, dynamic activations.

Run: `python quantize_towers.py FOLDER`.
"""

import sys
import tempfile
from pathlib import Path

from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process


def main() -> None:
    """Quantize both towers."""
    onnx = Path(sys.argv[1]) / "onnx"
    for tower in ("vision", "text"):
        with tempfile.TemporaryDirectory() as folder:
            ready = Path(folder) / "ready.onnx"
            quant_pre_process(onnx / f"{tower}_model.onnx", ready, skip_symbolic_shape=True)
            quantize_dynamic(
                ready,
                onnx / f"{tower}_model_quantized.onnx",
                op_types_to_quantize=["MatMul", "Gemm", "Gather"],
                weight_type=QuantType.QInt8,
            )


if __name__ == "__main__":
    main()
