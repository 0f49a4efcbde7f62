"""Both towers as ONNX give what PyTorch gives, whatever the batch, length and padding."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from conftest import Fit, Job, shared_folder
from semblance_trainer.base.config import ExportConfig, parse_export_config
from semblance_trainer.base.errors import TrainerError
from semblance_trainer.base.events import EventWriter
from semblance_trainer.data.dataset import read_dataset
from semblance_trainer.export.certificate import check_towers
from semblance_trainer.export.export_model import run_export
from semblance_trainer.export.model_card import write_model_card
from semblance_trainer.fit.keep import certificate_inputs, keep_weights
from semblance_trainer.models.checkpoint import hash_weights, read_tensors
from semblance_trainer.models.dual_encoder import DualEncoder, load_dual_encoder
from semblance_trainer.models.images import decode_image
from semblance_trainer.models.towers import make_inputs

CPU = torch.device("cpu")


def run_graph(folder: Path, name: str, **inputs: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(str(folder / "onnx" / name))
    rows: np.ndarray = session.run(None, inputs)[0]
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture(scope="session")
def exported(micro_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported")
    events = EventWriter(folder / "job" / "events.jsonl")
    run_export(ExportConfig(str(micro_checkpoint), str(folder), name="micro"), events)
    return folder


def test_semblance_json_says_what_the_files_are(exported: Path, micro_checkpoint: Path) -> None:
    described = json.loads((exported / "semblance.json").read_text())
    weights = hash_weights(read_tensors(micro_checkpoint / "model.safetensors"))
    assert (described["name"], described["weights"]) == ("micro", weights)
    assert described["dimension"] == 32
    scale = read_tensors(micro_checkpoint / "model.safetensors")["logit_scale"].exp().item()
    assert described["scoring"] == {
        "kind": "softmax",
        "logitScale": pytest.approx(scale),
        "logitBias": 0.0,
    }
    assert sorted(described["files"]) == ["onnx/text_model.onnx", "onnx/vision_model.onnx"]
    for name, facts in described["files"].items():
        content = (exported / name).read_bytes()
        assert facts == {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    assert described["certificate"]["image"]["maxAbs"] <= 1e-5
    assert (exported / "README.md").read_text().startswith("---\n")


def export_to(output: Path, checkpoint: Path, events: Path) -> None:
    run_export(ExportConfig(str(checkpoint), str(output)), EventWriter(events))


def contents(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


@pytest.mark.parametrize("occupied", ["checkpoint", "card", "description", "weights", "file"])
def test_what_is_not_an_export_is_never_replaced(
    micro_checkpoint: Path, exported: Path, tmp_path: Path, occupied: str
) -> None:
    output = tmp_path / "output"
    if occupied == "checkpoint":
        shutil.copytree(micro_checkpoint, output)
    elif occupied == "weights":  # the run folder of a fit: a model folder with weights of its own
        shutil.copytree(exported, output)
        shutil.copy(micro_checkpoint / "model.safetensors", output)
    elif occupied == "file":
        output.write_text("mine")
    else:
        output.mkdir()
        name = "README.md" if occupied == "card" else "semblance.json"
        (output / name).write_text('{"my": "notes"}')
    checkpoint = output if occupied == "checkpoint" else micro_checkpoint
    before = contents(tmp_path)
    with pytest.raises(TrainerError) as caught:
        export_to(output, checkpoint, tmp_path.parent / f"{tmp_path.name}-events.jsonl")
    assert caught.value.code == "OUTPUT_OCCUPIED"
    assert caught.value.fix is not None
    assert contents(tmp_path) == before


def test_an_export_can_be_repeated_beside_files_of_others(
    micro_checkpoint: Path, exported: Path, tmp_path: Path
) -> None:
    output = tmp_path / "output"
    shutil.copytree(exported, output)
    (output / "notes.txt").write_text("mine")
    (output / "README.md").write_text("an older card")
    export_to(output, micro_checkpoint, tmp_path / "events.jsonl")
    assert (output / "README.md").read_text().startswith("---\n")
    assert (output / "notes.txt").read_text() == "mine"
    assert not (output / "export.partial").exists()


def test_an_interrupted_export_leaves_no_model(
    micro_checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "output"
    (output / "export.partial" / "onnx").mkdir(parents=True)  # of one that was killed
    (output / "export.partial" / "onnx" / "old.onnx").write_text("")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    events = EventWriter(tmp_path / "events.jsonl")
    monkeypatch.setattr(
        events, "progress", lambda *a: a[0] == "checking the export" and interrupt()
    )
    with pytest.raises(KeyboardInterrupt):
        run_export(ExportConfig(str(micro_checkpoint), str(output)), events)
    assert contents(output) == {}
    export_to(output, micro_checkpoint, tmp_path / "events.jsonl")
    assert sorted(path.name for path in (output / "onnx").iterdir()) == [
        "text_model.onnx",
        "vision_model.onnx",
    ]


def test_the_graphs_have_the_names_and_axes_of_the_protocol(exported: Path) -> None:
    names = {}
    for name in ("vision_model", "text_model"):
        graph = onnx.load(exported / "onnx" / f"{name}.onnx")
        assert graph.opset_import[0].version >= 20
        session = onnxruntime.InferenceSession(graph.SerializeToString())
        names[name] = [
            [(tensor.name, tensor.shape) for tensor in tensors]
            for tensors in (session.get_inputs(), session.get_outputs())
        ]
    assert names["vision_model"] == [
        [("pixel_values", ["batch", 3, 32, 32])],
        [("image_embeds", ["batch", 32])],
    ]
    ids = ["batch", "sequence"]
    assert names["text_model"] == [
        [("input_ids", ids), ("attention_mask", ids)],
        [("text_embeds", ["batch", 32])],
    ]


@pytest.mark.parametrize(("pad_id", "mask"), [(0, 0), (0, 1), (3, 0), (3, 1), (7, 0)])
@pytest.mark.parametrize("length", [9, 24])
def test_padding_changes_no_text(
    exported: Path, micro_checkpoint: Path, pad_id: int, mask: int, length: int
) -> None:
    model = load_dual_encoder(micro_checkpoint, CPU)
    rows = model.texts.ids(["a red bar", "2: cross", "gold"])
    with torch.no_grad():
        expected = torch.cat([model.encode_texts([row]) for row in rows]).numpy()
    ids = np.full((3, length), pad_id, dtype=np.int64)
    attention = np.full((3, length), mask, dtype=np.int64)
    for i, row in enumerate(rows):
        ids[i, : len(row)], attention[i, : len(row)] = row, 1
    found = run_graph(exported, "text_model.onnx", input_ids=ids, attention_mask=attention)
    assert np.abs(found - expected).max() <= 1e-5


def test_a_graph_that_differs_is_refused(
    micro_checkpoint: Path, exported: Path, tmp_path: Path
) -> None:
    model = load_dual_encoder(micro_checkpoint, CPU)
    events, inputs = EventWriter(tmp_path / "events.jsonl"), make_inputs(model, None, [])
    check_towers(model, exported, inputs, events)
    with torch.no_grad():
        model.network.text_projection.weight[0, 0] += 1e-3
    with pytest.raises(TrainerError, match=r"text_model\.onnx differs from PyTorch") as caught:
        check_towers(model, exported, inputs, events)
    assert caught.value.code == "EXPORT_FAILED"


@pytest.mark.parametrize(
    ("name", "part", "kind"), [("tiny-clip", "transformers", "clip"), ("tiny-siglip", "", "siglip")]
)
def test_real_items_have_the_reference_embeddings(
    tmp_path: Path, name: str, part: str, kind: str
) -> None:
    data, oracle = shared_folder("data", "flickr8k-800"), shared_folder("oracle", name)
    order = json.loads((shared_folder("oracle", "tiny-clip") / "automm/oracle.json").read_text())
    checkpoint = oracle / "checkpoint"
    config = {"checkpoint": str(checkpoint), "output": str(tmp_path / "out")}
    events = EventWriter(tmp_path / "events.jsonl")
    run_export(parse_export_config(config), events)
    model = load_dual_encoder(checkpoint, CPU)
    assert model.kind == kind
    images = [model.images.resized(decode_image(str(data / path))) for path in order["images"]]
    pixels = model.images.normalised(np.stack(images)).numpy()
    found = run_graph(tmp_path / "out", "vision_model.onnx", pixel_values=pixels)
    assert np.abs(found - np.load(oracle / part / "hf_image_embeddings.npy")).max() <= 1e-5
    batch = model.texts.pad(model.texts.ids(order["captions"]))
    inputs = {"input_ids": batch.input_ids.numpy()}
    if kind == "clip":
        inputs["attention_mask"] = batch.attention_mask.numpy()
    found = run_graph(tmp_path / "out", "text_model.onnx", **inputs)
    assert np.abs(found - np.load(oracle / part / "hf_text_embeddings.npy")).max() <= 1e-5


def card_of(model: DualEncoder, folder: Path, **facts: Any) -> str:
    """Return the card of a fit that kept step 3; keywords replace or add facts."""
    distance = {"maxAbs": 0.0, "minCosine": 1.0}
    certificate = {"reference": "torch", "runtime": "onnxruntime", "tolerance": 1e-5}
    certificate |= {"items": {"images": 1, "texts": 1}, "image": distance, "text": distance}
    judged = {"metric": "mrr", "gain": 0.25, "groups": [0, 0]}
    fit = {"judged": judged, "kept": "best", "keptName": "step 3", "steps": 8, "method": "full"}
    fit |= {"stopped": "maxSteps", "learningRate": 1e-3, "timing": {"fit": 1.0}, "seed": 5}
    fit |= {"before": {"t2i.mrr": 0.5}, "after": {"t2i.mrr": 0.75}, "environment": "torch 2.13"}
    fit |= {"intervals": {"before": {}, "after": {"t2i.mrr": [0.6, 0.9]}}}
    fit |= {"parameters": {"trained": 1200, "all": 5000}}
    fit |= {"hashes": {"train": "abc", "validation": None}, "hyperparameters": {}, **facts}
    names = {"name": "micro", "base": None, "license_name": None}
    write_model_card(folder, model, **names, certificate=certificate, fit=fit)
    return (folder / "README.md").read_text()


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, "mean reciprocal rank on the half of validation that did not choose: +0.2500 (2 quer"),
        ({}, "| t2i.mrr | 0.5000 | 0.7500 (0.6000 to 0.9000) |"),
        ({}, "Kept: the weights of step 3."),
        ({}, "- Method: full, 1,200 numbers trained of a model of 5,000; 8 updates in 1 s"),
        ({}, "- Training data (SHA-256 of ids and judgements): abc\n- Validation data: not stated"),
        ({"kept": "start"}, "Kept: the start; training was no gain."),
        ({"kept": "interpolated", "alpha": 0.25}, "0.75 of the start's weights and 0.25 of the tr"),
        ({"kept": "average", "keptName": "average of 3"}, "Kept: the average of 3 checkpoints."),
        ({"hyperparameters": {"averageTop": 2}}, 'other than the default: {"averageTop": 2}'),
        (
            {"judged": {"metric": "rsum", "gain": 9.5, "groups": [0], "interval": [-0.1, 20]}},
            "Gain in rsum on the half of validation that did not choose: +9.5000, "
            "95 % interval -0.1000 to +20.0000 (1 queries)",
        ),
    ],
)
def test_the_card_tells_what_was_kept_and_why(
    micro_checkpoint: Path, tmp_path: Path, facts: dict[str, Any], said: str
) -> None:
    assert said in card_of(load_dual_encoder(micro_checkpoint, CPU), tmp_path, **facts)


def keep(fitted: Any, config: Any) -> dict[str, Any]:
    inputs = certificate_inputs(fitted.model, fitted.pixels, fitted.validation.texts)
    events = EventWriter(config.job_folder / "events.jsonl")
    return keep_weights(config, fitted.result, fitted.model, inputs, events)


def test_the_run_folder_holds_the_kept_weights(job: Job, fit: Fit) -> None:
    config = job(hyperparameters={"maxSteps": 120, "learningRate": 3e-3})
    fitted = fit(config)
    result = keep(fitted, config)
    run = Path(config.run_folder)
    assert result["kept"] != "start"
    kept = read_tensors(run / "model.safetensors")
    trained = fitted.model.tensors()
    assert all(torch.equal(kept[name], trained[name]) for name in trained)
    described = json.loads((run / "semblance.json").read_text())
    assert described["weights"] == hash_weights(kept)
    assert described["base"] == Path(config.checkpoint).name
    card = (run / "README.md").read_text()
    assert "Gain in mean reciprocal rank" in card
    assert '{"learningRate": 0.003, "batchSize": 16, "maxSteps": 120}' in card
    assert f"torch {torch.__version__}" in card
    validation = read_dataset(Path(config.validation), "validation")
    again = load_dual_encoder(run, CPU)
    ids = again.texts.pad(again.texts.ids(validation.texts))
    found = run_graph(
        run,
        "text_model.onnx",
        input_ids=ids.input_ids.numpy(),
        attention_mask=ids.attention_mask.numpy(),
    )
    with torch.no_grad():
        expected = again.encode_texts(again.texts.ids(validation.texts)).numpy()
    assert np.abs(found - expected).max() <= 1e-5


def test_the_graph_of_a_locked_tower_is_the_starts_to_the_byte(
    exported: Path, job: Job, fit: Fit
) -> None:
    """So that stored image embeddings stay valid: the image tower keeps its id."""
    config = job(method="lit", hyperparameters={"maxSteps": 60, "learningRate": 1e-2})
    assert keep(fit(config), config)["kept"] != "start"
    start, run = (
        json.loads((folder / "semblance.json").read_text())["files"]
        for folder in (exported, Path(config.run_folder))
    )
    assert run["onnx/vision_model.onnx"] == start["onnx/vision_model.onnx"]
    assert run["onnx/text_model.onnx"] != start["onnx/text_model.onnx"]


def test_a_kept_start_that_is_a_model_folder_is_copied(
    job: Job, fit: Fit, exported: Path, micro_checkpoint: Path, tmp_path: Path
) -> None:
    start = tmp_path / "start"
    shutil.copytree(exported, start)
    shutil.copy(micro_checkpoint / "model.safetensors", start / "model.safetensors")
    config = job(checkpoint=str(start), hyperparameters={"maxSteps": 2, "learningRate": 1e-9})
    fitted = fit(config)
    fitted.result["kept"] = "start"
    keep(fitted, config)
    run = Path(config.run_folder)
    for name in ("semblance.json", "model.safetensors", "onnx/text_model.onnx", "README.md"):
        assert (run / name).read_bytes() == (start / name).read_bytes()


def test_siglip_texts_are_padded_to_the_full_length() -> None:
    oracle = shared_folder("oracle", "tiny-siglip")
    model = load_dual_encoder(oracle / "checkpoint", CPU)
    expected = json.loads((oracle / "hf_token_ids.json").read_text())
    batch = model.texts.pad(model.texts.ids(expected["captions_first20"]))
    assert batch.input_ids.tolist() == expected["ids"]
