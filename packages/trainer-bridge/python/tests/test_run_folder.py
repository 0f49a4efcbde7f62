"""What a fit leaves behind is a model that others read: transformers, and Python's onnxruntime."""

import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image
from transformers import AutoModel, AutoTokenizer, CLIPImageProcessorPil, SiglipImageProcessorPil

from conftest import Fit, Job, shared_folder
from semblance_trainer.base.events import EventWriter
from semblance_trainer.fit.keep import certificate_inputs, keep_weights

# By name: AutoImageProcessor of the oldest transformers asks for torchvision.
PROCESSORS = {"clip": CLIPImageProcessorPil, "siglip": SiglipImageProcessorPil}


@pytest.mark.parametrize("kind", PROCESSORS)
def test_a_run_is_read_by_transformers_and_by_onnxruntime(
    job: Job, fit: Fit, kind: str, micro_checkpoint: Path
) -> None:
    start = micro_checkpoint
    if kind == "siglip":
        start = shared_folder("oracle", "tiny-siglip") / "checkpoint"
    config = job(checkpoint=str(start), hyperparameters={"maxSteps": 4, "learningRate": 1e-3})
    fitted = fit(config)
    events = EventWriter(config.job_folder / "events.jsonl")
    inputs = certificate_inputs(fitted.model, fitted.pixels, fitted.validation.texts)
    keep_weights(config, fitted.result, fitted.model, inputs, events)
    run = Path(config.run_folder)

    model, report = AutoModel.from_pretrained(run, output_loading_info=True)
    assert (model.config.model_type, set(report["missing_keys"])) == (kind, set())
    paths = [files[0] for files in _first_images(Path(config.validation))]
    images = [Image.open(path).convert("RGB") for path in paths]
    pixels = PROCESSORS[kind].from_pretrained(run)(images, return_tensors="pt")
    texts = list(fitted.validation.texts[:8])
    padding = "max_length" if kind == "siglip" else True
    tokens = AutoTokenizer.from_pretrained(run)(texts, padding=padding, return_tensors="pt")
    given = {name: tokens[name] for name in ("input_ids", "attention_mask")}
    if kind == "siglip":
        del given["attention_mask"]
    with torch.inference_mode():
        found = model(pixel_values=pixels["pixel_values"], **given)
    expected = {"vision": found.image_embeds.numpy(), "text": found.text_embeds.numpy()}
    feeds = {
        "vision": {"pixel_values": pixels["pixel_values"].numpy()},
        "text": {name: tensor.numpy() for name, tensor in given.items()},
    }
    for tower, feed in feeds.items():
        session = onnxruntime.InferenceSession(str(run / "onnx" / f"{tower}_model.onnx"))
        rows = session.run(None, feed)[0]
        rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        assert np.abs(rows - expected[tower]).max() <= 1e-5
    own = fitted.model.encode_images(pixels["pixel_values"]).detach().numpy()
    assert np.abs(own - expected["vision"]).max() <= 1e-5


def _first_images(folder: Path) -> list[list[str]]:
    lines = (folder / "images.jsonl").read_text(encoding="utf-8").splitlines()[:8]
    return [json.loads(line)["paths"] for line in lines]
