"""Large weights lie beside their graph, where ONNX Runtime and transformers.js look for them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

from semblance_trainer.base.config import ExportConfig
from semblance_trainer.base.events import EventWriter
from semblance_trainer.export.export_model import run_export
from semblance_trainer.export.precisions import DTYPES, graph_names
from semblance_trainer.models import graph_file

GRAPHS = [name for dtype in DTYPES for name in graph_names(dtype)]


def export(checkpoint: Path, output: Path, *dtypes: str) -> dict[str, Any]:
    config = ExportConfig(str(checkpoint), str(output), dtypes=dtypes)  # type: ignore[arg-type]
    return run_export(config, EventWriter(output.parent / "events.jsonl"))


@pytest.fixture(scope="module")
def both(micro_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Export a model in all precisions, as one file a graph and with weights beside the graphs."""
    folder = tmp_path_factory.mktemp("graph-files")
    export(micro_checkpoint, folder / "whole", *DTYPES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(graph_file, "_LARGEST_IN_ONE", 10_000)
        patch.setattr(graph_file, "_LARGE_TENSOR", 5_000)
        export(micro_checkpoint, folder / "split", *DTYPES)
    return folder / "whole", folder / "split"


def test_every_graph_and_every_file_of_weights_is_listed(both: tuple[Path, Path]) -> None:
    whole, split = (json.loads((folder / "semblance.json").read_text()) for folder in both)
    assert set(whole["files"]) == {f"onnx/{name}" for name in GRAPHS}
    assert set(split["files"]) == {f"onnx/{name}{e}" for name in GRAPHS for e in ("", "_data")}
    for name, facts in split["files"].items():
        assert facts["bytes"] == (both[1] / name).stat().st_size
    for dtype, facts in split["certificate"]["cost"]["precisions"].items():
        parts = [p for name in graph_names(dtype) for p in (both[1] / "onnx").glob(f"{name}*")]
        assert facts["bytes"] == sum(part.stat().st_size for part in parts)
    assert sorted(path.name for path in (both[1] / "onnx").iterdir()) == sorted(
        f"{name}{end}" for name in GRAPHS for end in ("", "_data")
    )


@pytest.mark.parametrize("name", GRAPHS)
def test_a_graph_gives_the_same_with_its_weights_beside_it(
    both: tuple[Path, Path], name: str
) -> None:
    whole, split = (onnxruntime.InferenceSession(str(f / "onnx" / name)) for f in both)
    random = np.random.default_rng(1)
    ids = random.integers(0, 90, (3, 9))
    inputs = {
        "pixel_values": random.standard_normal((3, 3, 32, 32), dtype=np.float32),
        "input_ids": ids,
        "attention_mask": np.ones_like(ids),
    }
    wanted = {node.name: inputs[node.name] for node in whole.get_inputs()}
    assert np.array_equal(whole.run(None, wanted)[0], split.run(None, wanted)[0])


def test_weights_begin_where_they_can_be_mapped(both: tuple[Path, Path]) -> None:
    graph = onnx.load(both[1] / "onnx" / "vision_model.onnx", load_external_data=False).graph
    begins = []
    for tensor in graph.initializer:
        place = {entry.key: entry.value for entry in tensor.external_data}
        if place:
            assert place["location"] == "vision_model.onnx_data"
            begins.append((int(place["offset"]), int(place["length"])))
    assert all(offset % (65_536 if size > 5_000 else 64) == 0 for offset, size in begins)
    assert min(size for _, size in begins) >= 1024
    assert len([size for _, size in begins if size > 5_000]) > 1


def test_transformers_js_is_told_of_weights_beside_graphs_and_of_no_others(
    both: tuple[Path, Path], micro_checkpoint: Path
) -> None:
    whole, split = (json.loads((folder / "config.json").read_text()) for folder in both)
    assert whole == json.loads((micro_checkpoint / "config.json").read_text())
    assert split["transformers.js_config"] == {
        "use_external_data_format": dict.fromkeys(sorted(GRAPHS), True)
    }


def test_a_new_export_replaces_what_an_earlier_one_told_and_wrote(
    both: tuple[Path, Path], micro_checkpoint: Path, tmp_path: Path
) -> None:
    checkpoint, output = tmp_path / "checkpoint", tmp_path / "out"
    checkpoint.mkdir()
    for path in micro_checkpoint.iterdir():
        (checkpoint / path.name).write_bytes(path.read_bytes())
    config = json.loads((both[1] / "config.json").read_text())
    config["transformers.js_config"]["dtype"] = "fp32"
    (checkpoint / "config.json").write_text(json.dumps(config))
    (output / "onnx").mkdir(parents=True)
    for path in (p for p in both[1].rglob("*") if p.is_file()):
        (output / path.relative_to(both[1])).write_bytes(path.read_bytes())
    export(checkpoint, output, "fp32")
    assert sorted(path.name for path in (output / "onnx").iterdir()) == sorted(graph_names("fp32"))
    told = json.loads((output / "config.json").read_text())["transformers.js_config"]
    assert told == {"dtype": "fp32"}
