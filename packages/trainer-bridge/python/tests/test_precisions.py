"""Graphs in fewer bits run as the fp32 ones do, and their cost is what a ranking shows."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import numpy_helper

from conftest import read_events, write_dataset
from semblance_trainer.base.config import ExportConfig
from semblance_trainer.base.events import EventWriter
from semblance_trainer.evaluation.ranking import ranking_agreement
from semblance_trainer.export.cost import measure_cost
from semblance_trainer.export.export_model import run_export
from semblance_trainer.export.quantize import safe_ranges
from semblance_trainer.models.dual_encoder import load_dual_encoder
from semblance_trainer.models.towers import make_inputs

ALL = ("fp32", "fp16", "int8")


@pytest.fixture(scope="module")
def exported(
    micro_checkpoint: Path, validation_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("precisions")
    events = EventWriter(folder / "job" / "events.jsonl")
    config = ExportConfig(
        str(micro_checkpoint), str(folder), dtypes=ALL, data=str(validation_folder)
    )
    return folder, run_export(config, events)


def test_every_precision_is_listed_and_takes_and_gives_float32(
    exported: tuple[Path, dict[str, Any]],
) -> None:
    folder, result = exported
    suffixes = ("", "_fp16", "_quantized")
    names = [f"onnx/{tower}_model{end}.onnx" for tower in ("vision", "text") for end in suffixes]
    assert sorted(result["files"]) == sorted(names)
    for name, facts in result["files"].items():
        assert facts["bytes"] == (folder / name).stat().st_size
        session = onnxruntime.InferenceSession(str(folder / name))
        assert session.get_outputs()[0].type == "tensor(float)"
        assert session.get_inputs()[0].type in ("tensor(float)", "tensor(int64)")


def test_the_cost_on_a_dataset_is_in_the_description_and_the_card(
    exported: tuple[Path, dict[str, Any]],
) -> None:
    folder, result = exported
    cost = json.loads((folder / "semblance.json").read_text())["certificate"]["cost"]
    assert cost == result["certificate"]["cost"]
    assert cost["items"] == {"images": 32, "texts": 64}
    fp32, fp16, int8 = (cost["precisions"][dtype] for dtype in ALL)
    assert set(fp32["agreement"].values()) == {1.0}
    assert set(fp32["change"].values()) == {0.0}
    assert fp16["toTorch"]["image"]["minCosine"] > 0.999
    assert int8["toTorch"]["image"]["maxAbs"] > fp16["toTorch"]["image"]["maxAbs"] > 1e-6
    assert int8["toTorch"]["text"]["minCosine"] > 0.9
    for key, change in int8["change"].items():
        assert change == pytest.approx(int8["metrics"][key] - cost["metrics"][key])
    assert "| int8 | " in (folder / "README.md").read_text()


def test_only_what_is_asked_for_is_kept_and_older_precisions_go(
    micro_checkpoint: Path, tmp_path: Path
) -> None:
    for dtypes, end in ((("fp16",), "_fp16"), (("int8",), "_quantized")):
        config = ExportConfig(str(micro_checkpoint), str(tmp_path / "out"), dtypes=dtypes)  # type: ignore[arg-type]
        result = run_export(config, EventWriter(tmp_path / "events.jsonl"))
        names = sorted(path.name for path in (tmp_path / "out" / "onnx").iterdir())
        assert names == [f"text_model{end}.onnx", f"vision_model{end}.onnx"]
    cost = result["certificate"]["cost"]
    assert (cost["dataset"], cost["metrics"]) == (False, None)
    assert cost["precisions"]["int8"]["agreement"] is None


def test_an_image_that_cannot_be_read_is_a_failure_not_the_end(
    micro_checkpoint: Path, validation_folder: Path, tmp_path: Path
) -> None:
    good = json.loads((validation_folder / "images.jsonl").read_text().splitlines()[0])["paths"]
    data = write_dataset(tmp_path / "data", [good, ["/nowhere.png"]], ["a", "b"], [(0, 0), (1, 1)])
    config = ExportConfig(str(micro_checkpoint), str(tmp_path / "out"), data=str(data))
    result = run_export(config, EventWriter(tmp_path / "events.jsonl"))
    assert [failure["code"] for failure in result["failures"]] == ["IMAGE_NOT_FOUND"]
    assert result["certificate"]["cost"]["items"] == {"images": 1, "texts": 1}


def test_a_precision_far_from_pytorch_is_told_as_a_warning(
    micro_checkpoint: Path, exported: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    model = load_dual_encoder(micro_checkpoint, torch.device("cpu"))
    with torch.no_grad():
        model.network.visual_projection.weight.neg_()
    events = EventWriter(tmp_path / "run" / "job" / "events.jsonl")
    inputs = make_inputs(model, None, [])
    measure_cost(model, exported[0], ("int8",), inputs, None, events)
    codes = [e["code"] for e in read_events(str(tmp_path / "run")) if e["type"] == "warning"]
    assert codes == ["PRECISION_POOR", "PRECISION_POOR"]


def test_agreement_is_the_share_of_the_first_items_that_two_rankings_have_in_common() -> None:
    queries = np.eye(2, dtype=np.float32)
    one = np.array([[3, 1], [2, 2], [1, 3]], dtype=np.float32)  # orders 0 1 2 and 2 1 0
    other = np.array([[3, 3], [1, 2], [2, 1]], dtype=np.float32)  # orders 0 2 1 and 0 1 2
    found = [ranking_agreement((queries, one), (queries, other), depth) for depth in (1, 2, 10)]
    assert found == [0.5, 0.5, 1.0]


def test_no_two_neighbouring_weights_overflow_sixteen_bits(
    exported: tuple[Path, dict[str, Any]],
) -> None:
    found = 0
    for name in ("vision_model_quantized.onnx", "text_model_quantized.onnx"):
        graph = onnx.load(exported[0] / "onnx" / name).graph
        weights = {tensor.name: tensor for tensor in graph.initializer}
        for node in graph.node:
            if node.op_type == "MatMulInteger":
                matrix = numpy_helper.to_array(weights[node.input[1]]).astype(np.int64)
                for sign in (1, -1):
                    sums = np.maximum(sign * matrix, 0).reshape(-1, 2, matrix.shape[1]).sum(axis=1)
                    assert 255 * sums.max() < 2**15
                found = max(found, int(np.abs(matrix).max()))
    assert found > 64  # more than seven bits are in use


def test_a_columns_range_is_the_largest_sum_of_two_neighbours_of_one_sign() -> None:
    columns = [[1, 2, -4], [-3, -2, 1], [0, 0, 0], [-1, 5, 2]]
    assert safe_ranges(np.array(columns, dtype=np.float32).T).tolist() == [4, 5, 0, 5]


def test_each_row_of_a_table_has_its_own_scale(exported: tuple[Path, dict[str, Any]]) -> None:
    graphs = [exported[0] / "onnx" / f"text_model{end}.onnx" for end in ("", "_quantized")]
    exact, found = ({t.name: t for t in onnx.load(path).graph.initializer} for path in graphs)
    name = "network.text_model.embeddings.token_embedding.weight"
    table = numpy_helper.to_array(exact[name])
    rows = numpy_helper.to_array(found[f"{name}_bytes"]).astype(np.float32)
    scale = numpy_helper.to_array(found[f"{name}_scale"])
    assert np.abs(rows).max(axis=1).min() == 127
    assert np.all(np.abs(rows * scale - table) <= scale * 0.5001)
