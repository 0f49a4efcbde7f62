"""A head inside a model gives what the head behind the model gives."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from safetensors.torch import save_file
from transformers import CLIPModel

from conftest import shared_folder
from semblance_trainer.base.config import ExportConfig
from semblance_trainer.base.errors import TrainerError
from semblance_trainer.base.events import EventWriter
from semblance_trainer.export.export_model import run_export
from semblance_trainer.export.model_folder import copy_model
from semblance_trainer.models.dual_encoder import load_dual_encoder
from semblance_trainer.models.fold_head import can_fold_into_weights, fold_into_network, read_head

CPU = torch.device("cpu")
IDS = np.array([[1, 5, 9, 2], [1, 7, 2, 2]], dtype=np.int64)


def export(source: Path, output: Path, *dtypes: Any) -> dict[str, Any]:
    config = ExportConfig(str(source), str(output), dtypes=dtypes or ("fp32",))
    return run_export(config, EventWriter(output.parent / "events.jsonl"))


@pytest.fixture(scope="session")
def start(micro_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model folder with weights, as a run is."""
    folder = tmp_path_factory.mktemp("start") / "model"
    export(micro_checkpoint, folder)
    shutil.copyfile(micro_checkpoint / "model.safetensors", folder / "model.safetensors")
    return folder


def add_head(
    start: Path, folder: Path, towers: tuple[str, ...], *, weights: bool = True
) -> dict[str, torch.Tensor]:
    """Copy a model, with its weights or without, and put a head beside it; return the head."""
    shutil.copytree(start, folder)
    if not weights:
        (folder / "model.safetensors").unlink()
    described = json.loads((folder / "semblance.json").read_text())
    size = described["dimension"]
    random = torch.Generator().manual_seed(5)
    drawn = {tower: torch.randn(size, size, generator=random) for tower in towers}
    save_file({f"{tower}.weight": w for tower, w in drawn.items()}, folder / "head.safetensors")
    tower = "both" if len(towers) == 2 else towers[0]
    described["head"] = {"file": "head.safetensors", "tower": tower}
    (folder / "semblance.json").write_text(json.dumps(described))
    return drawn


def unit(rows: Any) -> np.ndarray:
    exact = np.asarray(rows, dtype=np.float64)
    return exact / np.linalg.norm(exact, axis=1, keepdims=True)


def run(folder: Path, tower: str, suffix: str = "") -> np.ndarray:
    """Return the vectors of a tower's graph, before normalisation."""
    name = "vision_model" if tower == "image" else "text_model"
    session = onnxruntime.InferenceSession(str(folder / "onnx" / f"{name}{suffix}.onnx"))
    if tower == "text":
        inputs = {"input_ids": IDS, "attention_mask": np.ones_like(IDS)}
    else:
        shape = (2, *session.get_inputs()[0].shape[1:])
        noise = np.random.default_rng(1).standard_normal(shape, dtype=np.float32)
        inputs = {"pixel_values": noise}
    return np.asarray(session.run(None, inputs)[0])


@pytest.mark.parametrize("weights", [True, False], ids=["with weights", "graphs alone"])
def test_graphs_give_what_the_head_behind_them_gives(
    start: Path, tmp_path: Path, weights: bool
) -> None:
    head = add_head(start, tmp_path / "run", ("image", "text"), weights=weights)
    result = export(tmp_path / "run", tmp_path / "out", "fp32", "fp16")
    for tower, weight in head.items():
        expected = unit(run(start, tower) @ weight.numpy().T)
        assert np.abs(unit(run(start, tower)) - expected).max() > 0.1
        assert np.abs(unit(run(tmp_path / "out", tower)) - expected).max() < 1e-5
        assert np.abs(unit(run(tmp_path / "out", tower, "_fp16")) - expected).max() < 1e-2
        assert result["certificate"][tower]["maxAbs"] <= 1e-5
    described = json.loads((tmp_path / "out" / "semblance.json").read_text())
    assert described["head"] is None
    assert not (tmp_path / "out" / "head.safetensors").exists()
    assert (tmp_path / "out" / "model.safetensors").exists() == weights


def test_transformers_reads_the_head_in_the_weights(start: Path, tmp_path: Path) -> None:
    head = add_head(start, tmp_path / "run", ("text",))
    export(tmp_path / "run", tmp_path / "out")
    network = CLIPModel.from_pretrained(tmp_path / "out").eval()
    with torch.no_grad():
        pooled = network.text_model(torch.from_numpy(IDS), torch.ones(IDS.shape)).pooler_output
        found = network.text_projection(pooled).numpy()
    expected = unit(run(start, "text") @ head["text"].numpy().T)
    assert np.abs(unit(found) - expected).max() < 1e-5
    hashes = [
        json.loads((folder / "semblance.json").read_text())["weights"]
        for folder in (start, tmp_path / "out")
    ]
    assert hashes[0] != hashes[1]


def test_a_tower_without_a_head_keeps_its_graph(start: Path, tmp_path: Path) -> None:
    add_head(start, tmp_path / "run", ("text",), weights=False)
    export(tmp_path / "run", tmp_path / "out")
    assert np.array_equal(run(tmp_path / "out", "image"), run(start, "image"))


def test_only_the_precision_asked_for_is_kept(start: Path, tmp_path: Path) -> None:
    add_head(start, tmp_path / "run", ("text",), weights=False)
    export(tmp_path / "run", tmp_path / "out", "int8")
    names = sorted(path.name for path in (tmp_path / "out" / "onnx").iterdir())
    assert names == ["text_model_quantized.onnx", "vision_model_quantized.onnx"]


def test_an_export_that_fails_leaves_nothing(start: Path, tmp_path: Path) -> None:
    add_head(start, tmp_path / "run", ("text",), weights=False)
    (tmp_path / "run" / "onnx" / "text_model.onnx").unlink()
    with pytest.raises(TrainerError, match=r"neither weights nor onnx/text_model\.onnx"):
        export(tmp_path / "run", tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_fit_starts_from_the_model_with_its_head(start: Path, tmp_path: Path) -> None:
    head = add_head(start, tmp_path / "run", ("text",))
    plain, folded = (load_dual_encoder(folder, CPU) for folder in (start, tmp_path / "run"))
    with torch.no_grad():
        expected = plain.encode_texts(IDS.tolist()) @ head["text"].T
        found = folded.encode_texts(IDS.tolist())
    assert np.abs(unit(found) - unit(expected)).max() < 1e-5


def test_a_kept_start_is_copied_with_its_head(start: Path, tmp_path: Path) -> None:
    head = add_head(start, tmp_path / "run", ("text",))
    copy_model(tmp_path / "run", tmp_path / "copy")
    assert torch.equal(read_head(tmp_path / "copy")["text"], head["text"])


def test_siglip_holds_a_head_behind_texts_and_none_behind_images() -> None:
    model = load_dual_encoder(shared_folder("oracle", "tiny-siglip", "checkpoint"), CPU)
    ids = [[1, 5, 9], [1, 7]]
    random = torch.Generator().manual_seed(6)
    weight = torch.randn(model.dimension, model.dimension, generator=random)
    with torch.no_grad():
        expected = unit(model.encode_texts(ids) @ weight.T)
        fold_into_network(model.network, "siglip", {"text": weight})
        assert np.abs(unit(model.encode_texts(ids)) - expected).max() < 1e-5
    assert not can_fold_into_weights("siglip", {"image": weight})
    with pytest.raises(TrainerError, match="no place for one"):
        fold_into_network(model.network, "siglip", {"image": weight})


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"head": {"file": "../head.safetensors", "tower": "text"}}, "no name of a file"),
        ({"head": {"file": "none.safetensors", "tower": "text"}}, "cannot be read"),
        ({"head": {"file": "head.safetensors", "tower": "both"}}, "not a weight for both"),
        ({"head": {"file": "head.safetensors"}}, "cannot be read"),
        ({"dimension": 7}, "not 7 twice"),
    ],
)
def test_a_head_that_is_not_what_the_model_says_is_refused(
    start: Path, tmp_path: Path, changes: dict[str, Any], found: str
) -> None:
    add_head(start, tmp_path / "run", ("text",))
    described = json.loads((tmp_path / "run" / "semblance.json").read_text())
    (tmp_path / "run" / "semblance.json").write_text(json.dumps({**described, **changes}))
    with pytest.raises(TrainerError, match=found):
        read_head(tmp_path / "run")
