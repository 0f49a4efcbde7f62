"""What a step sees: from a cache or from the files themselves, mirrored or not, in shares."""

import io
import json
import tarfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from conftest import Job, draw, read_events, write_dataset
from semblance_trainer.base.clock import Clock
from semblance_trainer.base.errors import TrainerError
from semblance_trainer.base.events import EventWriter
from semblance_trainer.batches.training_data import DataOptions, TrainingData
from semblance_trainer.data.dataset import read_dataset
from semblance_trainer.data.training_images import open_training_images
from semblance_trainer.models.checkpoint import read_tensors
from semblance_trainer.models.dual_encoder import DualEncoder, load_dual_encoder

Open = Callable[..., TrainingData]
STREAMED = {"cacheBytes": 0}


@pytest.fixture(scope="module")
def model(micro_checkpoint: Path) -> DualEncoder:
    return load_dual_encoder(micro_checkpoint, torch.device("cpu"))


@pytest.fixture
def opened(job: Job, model: DualEncoder) -> Open:
    """Return a function that opens a dataset folder as a fit does."""

    def run(
        folder: Path, options: DataOptions | None = None, **hyperparameters: object
    ) -> TrainingData:
        config = job(train=str(folder), hyperparameters=hyperparameters)
        config.job_folder.mkdir(parents=True, exist_ok=True)
        dataset = read_dataset(folder, "training")
        events = EventWriter(config.job_folder / "events.jsonl")
        clock = Clock(time.time(), None)
        source = open_training_images(dataset, model, config, clock, events, threading.Event())
        return TrainingData(dataset, source, model, options or DataOptions(8, 3))

    return run


def drawn(folder: Path, *names: str) -> list[list[str]]:
    """Draw one photo a name: what stands before the dash."""
    folder.mkdir(parents=True, exist_ok=True)
    colours = {"a": "red", "b": "green", "c": "blue", "d": "gold"}
    for name in names:
        draw(colours[name[0]], "cross", 0).save(folder / f"{name}.png")
    return [[str(folder / f"{name}.png")] for name in names]


def test_decoding_as_needed_gives_the_steps_of_a_cache(opened: Open, train_folder: Path) -> None:
    cached, streamed = opened(train_folder), opened(train_folder, **STREAMED)
    for step in (0, 3, 11):
        one, other = cached.step(step), streamed.step(step)
        assert torch.equal(one.images, other.images)
        assert one.ids == other.ids
        assert torch.equal(one.targets, other.targets)


def test_shares_of_a_step_are_its_rows(opened: Open, train_folder: Path) -> None:
    whole = opened(train_folder, DataOptions(7, 3)).make(2)
    shares = [opened(train_folder, DataOptions(7, 3, share=(r, 3))).make(2) for r in range(3)]
    assert [len(share.ids) for share in shares] == [2, 2, 3]
    assert torch.equal(torch.cat([share.images for share in shares]), whole.images)
    assert [ids for share in shares for ids in share.ids] == whole.ids
    assert all(torch.equal(share.targets, whole.targets) for share in shares)


def test_images_that_are_equal_are_one_with_the_texts_of_both(opened: Open, tmp_path: Path) -> None:
    images = drawn(tmp_path / "photos", "a", "b", "a-copy", "c")
    texts = ["red", "green", "rouge", "blue"]
    folder = write_dataset(tmp_path / "data", images, texts, [(i, i) for i in range(4)])
    data = opened(folder)
    assert data.sampler.images.tolist() == [0, 1, 3]
    assert {len(data.make(step).ids) for step in range(6)} == {3}
    seen = {text for step in range(12) for text in data.sampler.batch(step).texts.tolist()}
    assert seen == {0, 1, 2, 3}


def test_files_that_are_listed_twice_are_one_image_when_not_cached(
    opened: Open, tmp_path: Path
) -> None:
    images = drawn(tmp_path / "photos", "a", "b")
    folder = write_dataset(
        tmp_path / "data", [*images, images[0]], ["x", "y", "z"], [(0, 0), (1, 1), (2, 2)]
    )
    assert opened(folder, **STREAMED).sampler.images.tolist() == [0, 1]


def test_only_captions_without_left_or_right_are_mirrored(opened: Open, tmp_path: Path) -> None:
    photo = np.zeros((40, 40, 3), dtype=np.uint8)
    photo[:, :20] = 255  # bright at the left
    Image.fromarray(photo).save(tmp_path / "one.png")
    photo[0, 0] = 254  # another image
    Image.fromarray(photo).save(tmp_path / "two.png")
    texts = ["half bright", "bright at the left"]
    folder = write_dataset(
        tmp_path / "data",
        [[str(tmp_path / "one.png")], [str(tmp_path / "two.png")]],
        texts,
        [(0, 0), (1, 1)],
    )
    data = opened(folder, DataOptions(2, 3, mirror=True), cropMargin=0)
    bright_left: dict[int, set[bool]] = {0: set(), 1: set()}
    for step in range(20):
        made, batch = data.make(step), data.sampler.batch(step)
        for i, text in enumerate(batch.texts.tolist()):
            columns = made.images[i].mean(dim=(0, 1))
            bright_left[text].add(bool(columns[:16].mean() > columns[16:].mean()))
    assert bright_left == {0: {True, False}, 1: {True}}
    plain = opened(folder, cropMargin=0)
    images = plain.make(1).images.mean(dim=(1, 2))
    assert (images[:, :16].mean(dim=1) > images[:, 16:].mean(dim=1)).all()


def test_an_image_found_broken_in_its_step_teaches_nothing_and_is_listed_once(
    opened: Open, tmp_path: Path
) -> None:
    images = drawn(tmp_path / "photos", "a", "b", "c")
    folder = write_dataset(tmp_path / "data", images, ["x", "y", "z"], [(i, i) for i in range(3)])
    data = opened(folder, **STREAMED)
    Path(images[1][0]).write_bytes(b"no image")
    for step in range(3):
        made, batch = data.make(step), data.sampler.batch(step)
        unknown = made.targets.isnan()
        broken = batch.images == 1
        assert unknown.numpy().tolist() == (broken[:, None] | broken[None, :]).tolist()
    (failure,) = data.source.failures
    assert (failure["index"], failure["code"]) == (1, "IMAGE_UNREADABLE")
    assert failure["message"].startswith(f"training: cannot read {images[1][0]}")


@pytest.mark.parametrize("size", [0, 1 << 30])
def test_when_no_image_can_be_read_the_fit_says_so(opened: Open, tmp_path: Path, size: int) -> None:
    folder = write_dataset(tmp_path / "data", [["/none/a.png"]], ["x"], [(0, 0)])
    with pytest.raises(TrainerError, match="could be read: cannot read /none/a.png") as caught:
        opened(folder, cacheBytes=size)
    assert caught.value.code == "DATASET_EMPTY"


def test_a_fit_that_decodes_as_it_goes_is_the_cached_one_to_the_bit(
    job: Job, fit: Callable[..., object]
) -> None:
    runs = [job(name, hyperparameters=h) for name, h in (("a", {}), ("b", STREAMED))]
    for run in runs:
        fit(run)
    cached, streamed = (read_tensors(run.job_folder / "last.safetensors") for run in runs)
    assert all(torch.equal(streamed[name], tensor) for name, tensor in cached.items())
    assert not (runs[1].job_folder / "cache" / "train.u8").exists()
    assert [e for e in read_events(runs[1].run_folder) if e["type"] == "warning"] == []


def write_tar(path: Path, members: dict[str, bytes]) -> dict[str, tuple[int, int]]:
    """Write an archive; return where each member's bytes begin, and how many they are."""
    with tarfile.open(path, "w") as tar:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    with tarfile.open(path) as tar:
        return {entry.name: (entry.offset_data, entry.size) for entry in tar}


@pytest.mark.parametrize("hyperparameters", [{}, STREAMED])
def test_images_are_read_out_of_archives_that_stay_packed(
    opened: Open, tmp_path: Path, hyperparameters: dict[str, int]
) -> None:
    images = drawn(tmp_path / "photos", "a", "b", "c")
    names = {f"{i}.png": Path(paths[0]).read_bytes() for i, paths in enumerate(images)}
    places = write_tar(tmp_path / "0.tar", names)
    pairs = [(i, i) for i in range(3)]
    plain = write_dataset(tmp_path / "plain", images, ["x", "y", "z"], pairs)
    packed = write_dataset(tmp_path / "packed", [], ["x", "y", "z"], pairs)
    rows = [
        {"tar": str(tmp_path / "0.tar"), "offset": offset, "size": size, "name": name}
        for name, (offset, size) in places.items()
    ]
    lines = "".join(json.dumps({"id": row["name"], "paths": [row]}) + "\n" for row in rows)
    (packed / "images.jsonl").write_text(lines)
    one, other = opened(plain).make(4), opened(packed, **hyperparameters).make(4)
    assert torch.equal(one.images, other.images)
