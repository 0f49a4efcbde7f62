"""A small dataset drawn here, a CLIP that trains in seconds, and jobs on them."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch: see worker.py

import pytest
import torch
from PIL import Image, ImageDraw

from semblance_trainer.base.config import FitConfig, parse_fit_config
from semblance_trainer.base.events import EventWriter
from semblance_trainer.base.stop import StopRequest
from semblance_trainer.fit.run_fit import Fitted, fit_weights
from semblance_trainer.models.dual_encoder import silence_transformers
from semblance_trainer.models.scratch import train_tokenizer, write_checkpoint_files

torch.set_num_threads(1)  # models this small only lose by sharing

# The same for a process: as many threads, the same bits. MKL has a count of its own.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

COLOURS = {
    "red": (220, 30, 30),
    "green": (30, 170, 60),
    "blue": (40, 60, 220),
    "gold": (230, 190, 20),
}
SHAPES = ("circle", "square", "bar", "cross")
SHARED = Path(__file__).resolve().parents[5] / "shared"


def shared_folder(*parts: str) -> Path:
    """Return a folder of the shared test data beside the repository; skip where there is none."""
    folder = SHARED.joinpath(*parts)
    if not folder.exists():
        if os.environ.get("CI"):
            pytest.fail(f"{folder} is missing")
        pytest.skip("the shared test data is not beside the repository")
    return folder


def draw(colour: str, shape: str, turn: int) -> Image.Image:
    """Draw one shape on grey; `turn` moves it a little."""
    image = Image.new("RGB", (48, 40), (128, 128, 128))
    pen = ImageDraw.Draw(image)
    left, top = 6 + turn * 3, 4 + turn * 2
    box = (left, top, left + 26, top + 26)
    if shape == "circle":
        pen.ellipse(box, fill=COLOURS[colour])
    elif shape == "square":
        pen.rectangle(box, fill=COLOURS[colour])
    elif shape == "bar":
        pen.rectangle((box[0], top + 9, box[2], top + 17), fill=COLOURS[colour])
    else:
        pen.line((box[0], top, box[2], box[3]), fill=COLOURS[colour], width=5)
        pen.line((box[0], box[3], box[2], top), fill=COLOURS[colour], width=5)
    return image


def write_dataset(
    folder: Path, images: list[list[str]], texts: list[str], pairs: list[tuple[int, int]]
) -> Path:
    """Write the three files of a dataset folder."""
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[dict[str, Any]]] = {
        "images": [{"id": str(i), "paths": paths} for i, paths in enumerate(images)],
        "texts": [{"id": str(i), "text": text} for i, text in enumerate(texts)],
        "judgements": [{"image": i, "text": t, "relevance": 1} for i, t in pairs],
    }
    for name, lines in rows.items():
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    return folder


def draw_dataset(folder: Path, turns: range) -> Path:
    """Draw every colour and shape once a turn; two texts each, with words of its own turn."""
    images, texts, pairs = [], [], []
    for turn in turns:
        for colour in COLOURS:
            for shape in SHAPES:
                path = folder / f"{colour}-{shape}-{turn}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                draw(colour, shape, turn).save(path)
                pairs += [(len(images), len(texts)), (len(images), len(texts) + 1)]
                images.append([str(path)])
                texts += [f"a {colour} {shape}, number {turn}", f"{turn}: {shape} in {colour}"]
    return write_dataset(folder, images, texts, pairs)


@pytest.fixture(scope="session")
def train_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """48 images with two texts each."""
    return draw_dataset(tmp_path_factory.mktemp("train"), range(3))


@pytest.fixture(scope="session")
def validation_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """32 images with two texts each."""
    return draw_dataset(tmp_path_factory.mktemp("validation"), range(3, 5))


@pytest.fixture(scope="session")
def micro_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a CLIP of 32 px, width 32, 2 + 2 layers, with random weights."""
    from transformers import CLIPConfig, CLIPModel

    silence_transformers()
    texts = [f"a {c} {s}, number {i} in {i}:" for c in COLOURS for s in SHAPES for i in range(9)]
    tokenizer = train_tokenizer(texts)
    layers = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
    shared = {**layers, "num_attention_heads": 2, "projection_dim": 32}
    ids = {"bos_token_id": 1, "eos_token_id": 3, "pad_token_id": 0}
    text = {**shared, **ids, "vocab_size": tokenizer.get_vocab_size()}
    config = CLIPConfig(
        text_config={**text, "max_position_embeddings": 24},
        vision_config={**shared, "image_size": 32, "patch_size": 8},
        projection_dim=32,
    )
    folder = tmp_path_factory.mktemp("micro-clip")
    with torch.random.fork_rng():
        torch.manual_seed(3)
        CLIPModel(config).save_pretrained(folder)
    write_checkpoint_files(folder, tokenizer, image_size=32, length=24)
    return folder


Fit = Callable[..., Fitted]
Job = Callable[..., FitConfig]


@pytest.fixture
def job(tmp_path: Path, micro_checkpoint: Path, train_folder: Path, validation_folder: Path) -> Job:
    """Return a maker of fit configurations; keywords replace or add keys of the JSON."""

    def make(run: str = "run", **changes: Any) -> FitConfig:
        value = {
            "checkpoint": str(micro_checkpoint),
            "runFolder": str(tmp_path / run),
            "train": str(train_folder),
            "validation": str(validation_folder),
            "startedAt": time.time(),
            **changes,
        }
        hyperparameters = {"batchSize": 16, "maxSteps": 24, **value.pop("hyperparameters", {})}
        return parse_fit_config({**value, "hyperparameters": hyperparameters})

    return make


@pytest.fixture
def fit() -> Fit:
    """Return a function that fits, without export, with an optional StopRequest."""

    def run(config: FitConfig, stop: StopRequest | None = None) -> Fitted:
        events = EventWriter(config.job_folder / "events.jsonl")
        try:
            return fit_weights(config, events, stop or StopRequest(threading.Event()))
        finally:
            events.close()

    return run


def begun_now(config: FitConfig) -> dict[str, Any]:
    """Return the JSON of a fit's start, data and run folder, with a clock that begins now."""
    return {
        "checkpoint": config.checkpoint,
        "runFolder": config.run_folder,
        "train": config.train,
        "validation": config.validation,
        "startedAt": time.time(),
    }


def read_events(run_folder: str) -> list[dict[str, Any]]:
    """Return a run's events."""
    text = (Path(run_folder) / "job" / "events.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]
