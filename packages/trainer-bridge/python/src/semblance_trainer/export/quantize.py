"""Weights of 8 bits: dynamic quantisation, in ranges that no processor's sums overflow.

Compared were: the text encoder all-MiniLM-L6-v2 (trained weights, 16 captions; mean cosine to fp32,
on a processor with VNNI and on an emulated one with AVX2 alone), a SigLIP of random weights (the
smallest cosine of 16 texts, AVX2 alone), and the speed of CLIP ViT-B/32's vision tower (images/s on
two threads with VNNI; fp32: 22).

| weights                           | VNNI  | AVX2  | SigLIP | images/s |
| --------------------------------- | ----- | ----- | ------ | -------- |
| signed, 7 bits (`reduce_range`)   | .9924 | .9924 | .9994  | 68       |
| signed, 8 bits                    | .9931 | .9915 | .9664  | 68       |
| signed, as here                   | .9933 | .9933 | .9995  | 69       |
| unsigned, 8 bits                  | .9933 | .9933 | .9998  | 32       |
| signed, 8 bits, a scale a matrix  | .9587 |       |        |          |
| blocks of 32 (`MatMulNBits`)      | .9996 |       |        | 27       |

The patch convolution in int8 made nothing faster, and a SigLIP's images four times as far off.
"""

from __future__ import annotations

import contextlib
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semblance_trainer.models.graph_file import write_graph

__all__ = ["quantize_graph", "safe_ranges"]


def quantize_graph(source: Path, target: Path) -> None:
    """Write an fp32 graph with the weights of MatMul, Gemm and Gather in signed bytes.

    Matrices have a scale for each output channel, embedding tables one for each row. Activations
    are quantised as they come, a tensor of the whole batch by its own range: an embedding depends
    a little on what it is computed together with.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load(source)
    _split_gemms(model.graph)
    _quantize_tables(model.graph)
    with _quiet(), tempfile.TemporaryDirectory(dir=target.parent) as folder:
        made = Path(folder) / target.name
        quantize_dynamic(
            model,
            made,
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            weight_type=QuantType.QInt8,
            use_external_data_format=True,  # a graph beyond 2 GiB cannot be written otherwise
            extra_options={"TensorQuantOverrides": _matrix_ranges(model.graph)},
        )
        write_graph(onnx.load(made), target)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silence the quantiser, which advises on standard error."""
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)
    try:
        yield
    finally:
        root.setLevel(level)


def safe_ranges(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return for each column of [in, out] the value that becomes 127.

    Without VNNI, x86 multiplies unsigned by signed bytes with `vpmaddubsw`, which adds two
    neighbours' products in 16 bits and saturates. 255 (a + b) stays below 2^15 when neighbours of
    one sign add up to at most 128: to 127, and half a step each for rounding.
    """
    padded = np.pad(matrix, ((0, len(matrix) % 2), (0, 0)))
    pairs = padded.reshape(-1, 2, matrix.shape[1])
    sums = [np.maximum(sign * pairs, 0).sum(axis=1).max(axis=0) for sign in (1, -1)]
    return np.asarray(np.maximum(*sums), dtype=np.float32)


def _split_gemms(graph: Any) -> None:
    """Turn each Gemm with constant weights into MatMul and Add.

    The quantiser does that too, but its versions differ in which axis is then the channels'.
    """
    from onnx import helper, numpy_helper

    weights = {tensor.name: tensor for tensor in graph.initializer}
    nodes = []
    for node in graph.node:
        options = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        plain = options.get("alpha", 1.0) == options.get("beta", 1.0) == 1.0
        plain = plain and not options.get("transA")
        if node.op_type != "Gemm" or node.input[1] not in weights or not plain:
            nodes.append(node)
            continue
        matrix = numpy_helper.to_array(weights[node.input[1]])
        matrix = matrix.T if options.get("transB") else matrix
        name, found = f"{node.input[1]}_columns", node.output[0]
        graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(matrix), name))
        product = f"{found}_product" if len(node.input) > 2 else found
        nodes.append(helper.make_node("MatMul", [node.input[0], name], [product]))
        nodes += [helper.make_node("Add", [product, b], [found]) for b in node.input[2:]]
    _replace_nodes(graph, nodes)


def _replace_nodes(graph: Any, nodes: list[Any]) -> None:
    """Put nodes in the place of the graph's; weights that none of them reads go."""
    del graph.node[:]
    graph.node.extend(nodes)
    used = {name for node in nodes for name in node.input}
    for tensor in [tensor for tensor in graph.initializer if tensor.name not in used]:
        graph.initializer.remove(tensor)


def _matrix_ranges(graph: Any) -> dict[str, list[dict[str, Any]]]:
    """Return ranges by the weight's name and channel, as the quantiser takes them."""
    from onnx import numpy_helper

    weights = {tensor.name: tensor for tensor in graph.initializer}
    ranges = {}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in weights:
            matrix = numpy_helper.to_array(weights[node.input[1]])
            if matrix.ndim == 2:
                ranges[node.input[1]] = [
                    {"axis": 1, "rmin": -top, "rmax": top} for top in safe_ranges(matrix)
                ]
    return ranges


def _quantize_tables(graph: Any) -> None:
    """Turn each lookup in a table of floats into one of bytes, times one of the rows' scales.

    The library knows one scale for a table, so that its largest row decides how coarse all are.
    """
    from onnx import TensorProto, helper, numpy_helper

    floats = {t.name: t for t in graph.initializer if t.data_type == TensorProto.FLOAT}
    nodes, tables = [], {}
    for node in graph.node:
        nodes.append(node)
        table = floats.get(node.input[0]) if node.op_type == "Gather" else None
        if table is None or len(table.dims) != 2 or any(a.i != 0 for a in node.attribute):
            continue
        tables[table.name] = numpy_helper.to_array(table)
        found, name = node.output[0], table.name
        node.input[0], node.output[0] = f"{name}_bytes", f"{found}_bytes"
        scaled = f"{found}_float", f"{found}_scale"
        nodes += [
            helper.make_node("Cast", [node.output[0]], [scaled[0]], to=TensorProto.FLOAT),
            helper.make_node("Gather", [f"{name}_scale", node.input[1]], [scaled[1]]),
            helper.make_node("Mul", scaled, [found]),
        ]
    _replace_nodes(graph, nodes)
    for name, table in tables.items():
        scale = np.abs(table).max(axis=1, keepdims=True) / np.float32(127)
        rows = np.rint(table / np.where(scale > 0, scale, 1)).astype(np.int8)
        graph.initializer.append(numpy_helper.from_array(rows, f"{name}_bytes"))
        graph.initializer.append(numpy_helper.from_array(scale, f"{name}_scale"))
