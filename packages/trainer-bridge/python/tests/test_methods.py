"""What each method trains, that it can be resumed to the bit, and that plain weights come out."""

import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from conftest import Fit, Job, read_events, shared_folder
from semblance_trainer.base.clock import Clock
from semblance_trainer.base.errors import TrainerError
from semblance_trainer.base.events import EventWriter
from semblance_trainer.base.stop import StopRequest
from semblance_trainer.data import locked_tower
from semblance_trainer.data.dataset import read_dataset
from semblance_trainer.data.locked_tower import embed_training_images
from semblance_trainer.data.pixels import read_exact_pixels
from semblance_trainer.evaluation.evaluator import Evaluator
from semblance_trainer.models.checkpoint import Tensors, read_tensors
from semblance_trainer.models.dual_encoder import DualEncoder, load_dual_encoder
from semblance_trainer.models.lora import add_lora, merged, remove_lora
from semblance_trainer.models.methods import apply_method, count_parameters
from semblance_trainer.updates.gradients import StepInput
from semblance_trainer.updates.optimizer import make_optimizer, set_learning_rate
from semblance_trainer.updates.update import Updater
from semblance_trainer.updates.weight_average import WeightAverage

CPU = torch.device("cpu")
IMAGE_TOWER = ("vision_model.", "visual_projection.")
SETTINGS: dict[str, dict[str, Any]] = {
    "full": {"hyperparameters": {"miniBatchSize": 5, "layerDecay": 0.7}},
    "lora": {"method": "lora", "hyperparameters": {"loraDropout": 0.2, "learningRate": 1e-2}},
    "lit": {"method": "lit"},
    "bitfit": {"method": "bitfit"},
    "average": {"hyperparameters": {"ema": 0.9}},
    "averaged adapters": {"method": "lora", "hyperparameters": {"ema": 0.9}},
    "bf16": {"hyperparameters": {"precision": "bf16"}},
    "fp16": {"hyperparameters": {"precision": "fp16"}},
}


def settings_of(name: str, **hyperparameters: Any) -> dict[str, Any]:
    given = SETTINGS[name]
    merged_ones = {"maxSteps": 12, "learningRate": 1e-3, **given.get("hyperparameters", {})}
    return {**given, "hyperparameters": {**merged_ones, **hyperparameters}}


def saved(run: str, name: str) -> Tensors:
    return read_tensors(Path(run) / "job" / f"{name}.safetensors")


def changed(before: Tensors, after: Tensors) -> set[str]:
    assert before.keys() == after.keys()
    return {name for name in before if not torch.equal(before[name], after[name])}


def stop_after(step: int, monkeypatch: pytest.MonkeyPatch) -> StopRequest:
    """Return a request to stop that is made once that step was told of."""
    stop, tell = StopRequest(threading.Event()), EventWriter.step

    def told(events: EventWriter, **facts: Any) -> None:
        tell(events, **facts)
        if facts["step"] == step:
            stop.event.set()

    monkeypatch.setattr(EventWriter, "step", told)
    return stop


@pytest.mark.parametrize("name", SETTINGS)
def test_a_resumed_run_is_the_uninterrupted_one_to_the_bit(
    job: Job, fit: Fit, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    settings = settings_of(name)
    whole = fit(job("whole", **settings))
    with monkeypatch.context() as patch:
        assert fit(job("parts", **settings), stop_after(5, patch)).result["steps"] == 5
    parts = fit(job("parts", **settings, resume=True))
    assert parts.result["steps"] == whole.result["steps"] == 12
    for file in ("last", "optimizer"):
        tensors = [saved(fitted.result["model"], file) for fitted in (whole, parts)]
        assert changed(*tensors) == set()


def test_the_image_tower_is_locked(job: Job, fit: Fit, micro_checkpoint: Path) -> None:
    result = fit(job(**settings_of("lit"))).result
    before = load_dual_encoder(micro_checkpoint, CPU).tensors()
    for file in ("last", "best"):
        names = changed(before, saved(result["model"], file))
        assert not any(name.startswith(IMAGE_TOWER) for name in names)
        assert {"text_projection.weight", "logit_scale"} < names


def test_steps_with_a_locked_tower_encode_texts_alone(
    job: Job, fit: Fit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each image is encoded once: 48 of training, 32 of validation, however many evaluations."""
    encoded: list[int] = []
    encode = DualEncoder.project_images

    def counted(model: DualEncoder, pixel_values: torch.Tensor) -> torch.Tensor:
        encoded.append(len(pixel_values))
        return encode(model, pixel_values)

    monkeypatch.setattr(DualEncoder, "project_images", counted)
    fit(job(**settings_of("lit", maxSteps=40)))
    assert sum(encoded) == 48 + 32


def test_a_locked_towers_embeddings_are_of_whole_images(
    job: Job, fit: Fit, train_folder: Path, tmp_path: Path
) -> None:
    config = job(**settings_of("lit", maxSteps=1))
    model = fit(config).model
    features = np.fromfile(config.job_folder / "cache" / "train-features.f32", np.float32)
    dataset = read_dataset(train_folder, "training")
    events = EventWriter(tmp_path / "events.jsonl")
    pixels = read_exact_pixels(dataset, model, tmp_path / "pixels.u8", events)
    events.close()
    with torch.no_grad():
        expected = model.encode_images(model.images.normalised(pixels.cache.pixels)).numpy()
    np.testing.assert_allclose(features.reshape(expected.shape), expected, atol=1e-6)


def test_a_tower_that_has_no_time_for_all_images_encodes_some(
    job: Job, micro_checkpoint: Path, train_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locked_tower, "_BATCH", 16)
    config = job(method="lit", timeLimit=10, startedAt=time.time() - 6)
    model = load_dual_encoder(micro_checkpoint, CPU)
    dataset = read_dataset(train_folder, "training")
    events = EventWriter(config.job_folder / "events.jsonl")
    cache = read_exact_pixels(dataset, model, config.job_folder / "pixels.u8", events).cache
    (config.job_folder / "cache").mkdir()
    stop, clock = threading.Event(), Clock(config.started_at, config.time_limit)
    late = embed_training_images(model, cache, config, clock, events, stop)
    resumed = replace(config, resume=True)
    again = embed_training_images(model, cache, resumed, Clock(0, None), events, stop)
    events.close()
    assert late[1].present.sum() == again[1].present.sum() == 16
    assert (late[0][late[1].present] != 0).any(axis=1).all()
    warning = next(e for e in read_events(config.run_folder) if e["type"] == "warning")
    assert "16 of 48 training images were encoded" in warning["message"]


def test_biases_and_norms_alone_are_trained(job: Job, fit: Fit, micro_checkpoint: Path) -> None:
    result = fit(job(**settings_of("bitfit"))).result
    before = load_dual_encoder(micro_checkpoint, CPU).tensors()
    names = changed(before, saved(result["model"], "last"))
    assert all(name.endswith("bias") or "norm" in name or name == "logit_scale" for name in names)
    assert {"vision_model.pre_layrnorm.weight", "text_model.final_layer_norm.bias"} < names


def test_adapters_become_plain_weights(job: Job, fit: Fit, micro_checkpoint: Path) -> None:
    fitted = fit(job(**settings_of("lora", loraRank=3)))
    before = load_dual_encoder(micro_checkpoint, CPU).tensors()
    best = saved(fitted.result["model"], "best")
    names = changed(before, best)
    assert len(names) == 2 * 2 * 6 + 1  # towers · layers · their six matrices, the logit scale
    for name in names - {"logit_scale"}:
        assert torch.linalg.matrix_rank(best[name] - before[name], rtol=1e-3) == 3
    fitted.model.load_tensors(best)  # the model is a plain one again


def random_adapters(model: DualEncoder) -> None:
    add_lora(model.network, rank=2, alpha=4, dropout=0.0, seed=1)
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for name, parameter in model.network.named_parameters():
            if ".lora_B." in name:
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.1)


def test_merged_weights_encode_as_the_adapters_do(micro_checkpoint: Path) -> None:
    model = load_dual_encoder(micro_checkpoint, CPU)
    ids = model.texts.ids(["a red circle", "2: bar in blue"])
    plain = model.encode_texts(ids)
    start = model.tensors()
    random_adapters(model)
    with torch.no_grad():
        adapted = model.encode_texts(ids)
        with merged(model.network):
            weights, within = model.tensors(), model.encode_texts(ids)
        assert torch.equal(model.encode_texts(ids), adapted)
    assert (adapted - plain).abs().max() > 1e-2
    assert (within - adapted).abs().max() < 1e-6
    remove_lora(model.network)
    assert changed(start, model.tensors()) == set()
    model.load_tensors(weights)
    assert torch.equal(model.encode_texts(ids), within)


@pytest.mark.parametrize("name", ["average", "lora", "averaged adapters"])
def test_what_is_kept_is_what_was_evaluated(job: Job, fit: Fit, name: str) -> None:
    config = job(**settings_of(name, learningRate=1e-2))
    fitted = fit(config)
    best = saved(config.run_folder, "best")
    fitted.model.load_tensors(best)
    pixels = fitted.pixels
    evaluator = Evaluator(fitted.validation, pixels.files, pixels.cache, config.seed)
    events = [e for e in read_events(config.run_folder) if e["type"] == "evaluation"]
    metrics = evaluator.evaluate(fitted.model).metrics
    assert metrics in [event["metrics"] for event in events[1:]]
    assert metrics != events[0]["metrics"]


def test_a_model_holds_its_average_while_it_is_looked_at(job: Job, micro_checkpoint: Path) -> None:
    model = load_dual_encoder(micro_checkpoint, CPU)
    updater = Updater(model, job(hyperparameters={"ema": 0.9}).hyperparameters)
    step = StepInput(torch.randn(2, 3, 32, 32), model.texts.ids(["a red bar", "2"]), torch.eye(2))
    for number in (1, 2, 3):
        updater.update(step, number, 1e-2, seed=number)
    last = model.tensors()
    averages = updater.tensors()
    with updater.kept_weights():
        held = model.tensors()
    assert all(torch.equal(held[name], averages[f"average/{name}"]) for name in held)
    assert changed(last, held) == set(held)
    assert changed(last, model.tensors()) == set()


def test_an_average_follows_the_weights_from_afar() -> None:
    weight = torch.nn.Parameter(torch.zeros(3))
    average = WeightAverage([weight], 0.75)
    expected = 0.0
    for update in range(1, 41):
        with torch.no_grad():
            weight.fill_(float(update))
        average.include(update)
        decay = min(0.75, (1 + update) / (10 + update))
        expected = decay * expected + (1 - decay) * update
    with average.in_place():
        assert weight.tolist() == pytest.approx([expected] * 3)
    assert weight.tolist() == [40.0] * 3


def test_layers_nearer_to_the_input_learn_more_slowly(micro_checkpoint: Path) -> None:
    model = load_dual_encoder(micro_checkpoint, CPU)
    optimizer = make_optimizer(model, 0.1, 0.5)
    set_learning_rate(optimizer, 8.0)
    names = {id(p): name for name, p in model.network.named_parameters()}
    rates = {names[id(p)]: g["lr"] for g in optimizer.param_groups for p in g["params"]}
    assert rates.keys() == set(names.values())
    for tower in ("vision_model", "text_model"):
        assert rates[f"{tower}.encoder.layers.1.mlp.fc1.weight"] == 4.0
        assert rates[f"{tower}.encoder.layers.0.mlp.fc1.bias"] == 2.0
        assert rates[f"{tower}.embeddings.position_embedding.weight"] == 1.0
    assert rates["logit_scale"] == rates["text_projection.weight"] == 8.0


@pytest.mark.parametrize(
    ("method", "share"), [("full", 1.0), ("lora", 0.35), ("lit", 0.4), ("bitfit", 0.05)]
)
def test_parameters_are_counted(
    job: Job, micro_checkpoint: Path, method: Any, share: float
) -> None:
    model = load_dual_encoder(micro_checkpoint, CPU)
    everything = sum(p.numel() for p in model.network.parameters())
    apply_method(model, method, job().hyperparameters, 0)
    count = count_parameters(model)
    assert count["all"] == everything
    assert count["trained"] / everything == pytest.approx(share, rel=0.5)


@pytest.mark.parametrize(
    ("method", "count", "trained"),
    [
        ("lit", 56, {"text_model.head.weight"}),
        ("lora", 2 * 3 * 6 + 2, {"vision_model.encoder.layers.0.mlp.fc1.weight"}),
        ("bitfit", 74, {"vision_model.head.attention.in_proj_bias"}),
    ],
)
def test_a_siglip_is_trained_by_every_method(
    job: Job, method: Any, count: int, trained: set[str]
) -> None:
    model = load_dual_encoder(shared_folder("oracle", "tiny-siglip", "checkpoint"), CPU)
    before = {name: tensor.clone() for name, tensor in model.tensors().items()}
    h = job().hyperparameters
    apply_method(model, method, h, 0)
    updater = Updater(model, h)
    pixels = torch.randn(2, 3, model.images.height, model.images.width)
    step = StepInput(pixels, model.texts.ids(["a red bar", "2"]), torch.eye(2))
    for number in (1, 2):
        updater.update(step, number, 1e-2, seed=number)
    names = changed(before, updater.last_weights())
    assert {"logit_scale", "logit_bias", *trained} < names
    assert len(names) == count


@pytest.mark.parametrize("method", ["lora", "lit", "bitfit"])
def test_random_weights_are_trained_in_full(job: Job, fit: Fit, method: str) -> None:
    with pytest.raises(TrainerError, match="those of scratch:tiny are random") as caught:
        fit(job(checkpoint="scratch:tiny", method=method))
    assert caught.value.code == "CONFIG"
