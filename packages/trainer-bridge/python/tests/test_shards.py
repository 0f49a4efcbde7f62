"""Webdataset shards become a dataset folder whose images stay in their archives."""

import io
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest

from conftest import COLOURS, SHAPES, Fit, Job, draw
from semblance_trainer.__main__ import main
from semblance_trainer.base.errors import TrainerError
from semblance_trainer.data.dataset import read_dataset
from semblance_trainer.data.shards import index_shards
from semblance_trainer.models.image_file import TarMember
from semblance_trainer.models.images import decode_image


def write_shard(path: Path, members: dict[str, bytes], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as tar:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return path


def png(colour: str, shape: str = "cross", turn: int = 0) -> bytes:
    file = io.BytesIO()
    draw(colour, shape, turn).save(file, "png")
    return file.getvalue()


def test_samples_are_files_of_one_name_and_images_stay_where_they_are(tmp_path: Path) -> None:
    long_name = "a/" + "very-" * 30 + "long"  # which tar keeps in an entry of its own
    one = {
        "a/000.png": png("red"),
        "a/000.txt": b" a red cross\n",
        "a/000.json": b'{"caption": "not this one"}',
        f"{long_name}.json": json.dumps({"caption": "ein grünes Kreuz"}).encode(),
        f"{long_name}.PNG": png("green"),
    }
    two = {"000.txt": b"blue", "000.png": png("blue")}
    shards = [write_shard(tmp_path / "0.tar", one), write_shard(tmp_path / "1.tar", two)]
    counts = index_shards(shards, tmp_path / "data")
    assert (counts.samples, counts.left_out) == (3, 0)
    dataset = read_dataset(tmp_path / "data", "training")
    assert list(dataset.texts) == ["a red cross", "ein grünes Kreuz", "blue"]
    assert dataset.pairs.tolist() == [[0, 0], [1, 1], [2, 2]]
    for (member,), colour in zip(dataset.paths, ("red", "green", "blue"), strict=True):
        assert isinstance(member, TarMember)
        found = np.asarray(decode_image(member))
        np.testing.assert_array_equal(found, np.asarray(draw(colour, "cross", 0)))


def test_samples_without_image_or_caption_are_counted(tmp_path: Path) -> None:
    members = {
        "0.png": png("red"),
        "0.txt": b"   ",
        "1.txt": b"no image",
        "2.png": png("red"),
        "3.png": png("blue"),
        "3.json": b"[not json",
        "4.png": png("gold"),
        "4.cls": b"7",
        "4.txt": b"gold",
    }
    counts = index_shards([write_shard(tmp_path / "0.tar", members)], tmp_path / "data")
    assert (counts.samples, counts.left_out) == (1, 4)


def test_the_command_makes_the_folder_and_says_what_it_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shard = write_shard(tmp_path / "0.tar", {"0.png": png("red"), "0.txt": b"red", "1.txt": b"x"})
    output = tmp_path / "data"
    command = ["semblance_trainer", "index-shards", str(output), str(shard)]
    monkeypatch.setattr("sys.argv", command)
    main()
    assert json.loads(capsys.readouterr().out) == {"samples": 1, "leftOut": 1}
    assert len(read_dataset(output, "training").paths) == 1
    monkeypatch.setattr("sys.argv", [*command, str(tmp_path / "none.tar")])
    with pytest.raises(SystemExit, match=r"CONFIG: .*none.tar cannot be read as a shard"):
        main()


def test_what_is_no_shard_is_refused(tmp_path: Path) -> None:
    packed = write_shard(tmp_path / "0.tar.gz", {"0.png": png("red"), "0.txt": b"red"}, "w:gz")
    for path in (packed, tmp_path / "none.tar"):
        with pytest.raises(TrainerError, match="cannot be read as a shard") as caught:
            index_shards([path], tmp_path / "data")
        assert caught.value.code == "CONFIG"
    empty = write_shard(tmp_path / "1.tar", {"0.png": png("red")})
    with pytest.raises(TrainerError, match="none of the 1 samples in 1 shards") as caught:
        index_shards([empty], tmp_path / "data")
    assert caught.value.code == "DATASET_EMPTY"
    assert not (tmp_path / "data" / "images.jsonl").exists()


def test_an_archive_that_was_cut_off_costs_the_images_that_are_gone(
    job: Job, fit: Fit, tmp_path: Path
) -> None:
    members: dict[str, bytes] = {}
    for i, (colour, shape) in enumerate((c, s) for c in COLOURS for s in SHAPES):
        members[f"{i:03}.png"] = png(colour, shape)
        members[f"{i:03}.txt"] = f"a {colour} {shape}".encode()
    shard = write_shard(tmp_path / "0.tar", members)
    index_shards([shard], tmp_path / "data")
    (last,) = read_dataset(tmp_path / "data", "training").paths[15]
    assert isinstance(last, TarMember)
    with shard.open("r+b") as file:
        file.truncate(last.offset + last.size // 2)
    result = fit(job(train=str(tmp_path / "data"), hyperparameters={"maxSteps": 4})).result
    assert result["steps"] == 4
    (failure,) = result["failures"]
    assert (failure["index"], failure["code"]) == (15, "IMAGE_UNREADABLE")
    assert failure["input"] == f"{shard}/015.png"
    assert "ends before 015.png" in failure["message"]
