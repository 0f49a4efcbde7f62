"""Dataset folders: what is read, and how what cannot be is refused."""

import json
from pathlib import Path

import numpy as np
import pytest

from conftest import write_dataset
from semblance_trainer.base.errors import TrainerError
from semblance_trainer.data.dataset import read_dataset
from semblance_trainer.data.file_rows import lay_out_files

IMAGES = [["/a.png"], ["/b.png", "/b2.png"], ["/c.png"]]
TEXTS = ["eins", "zwei\n“Ruhe”"]


def folder(tmp_path: Path, judgements: list[object]) -> Path:
    made = write_dataset(tmp_path / "data", IMAGES, TEXTS, [])
    lines = "".join(json.dumps(row) + "\n\n" for row in judgements)
    (made / "judgements.jsonl").write_text(lines)
    return made


def judged(image: object, text: object, relevance: object) -> dict[str, object]:
    return {"image": image, "text": text, "relevance": relevance}


def test_rows_are_read_when_they_are_asked_for(tmp_path: Path) -> None:
    rows: list[object] = [judged(2, 1, 2), judged(0, 0, 1), judged(1, 1, 0), judged(1, 0, None)]
    dataset = read_dataset(folder(tmp_path, rows), "training")
    assert list(dataset.texts) == TEXTS
    assert dataset.texts[-1] == dataset.texts[1] == TEXTS[1]
    assert dataset.texts[:1] == TEXTS[:1]
    assert list(dataset.paths) == [tuple(paths) for paths in IMAGES]
    assert dataset.pairs.tolist() == [[0, 0], [2, 1]]
    assert dataset.relevance.of(1)[0].tolist() == [0]
    assert np.isnan(dataset.relevance.of(1)[1]).all()
    assert dataset.relevance.of(0)[1].tolist() == [0.5]


def test_files_of_items_are_one_list(tmp_path: Path) -> None:
    files = lay_out_files(read_dataset(folder(tmp_path, [judged(0, 0, 1)]), "training"))
    assert list(files) == ["/a.png", "/b.png", "/b2.png", "/c.png"]
    assert [files[row] for row in range(4)] == list(files)
    assert files[-1] == "/c.png"
    assert files[1:3] == ["/b.png", "/b2.png"]
    assert [files.item(row) for row in range(4)] == [0, 1, 1, 2]
    with pytest.raises(IndexError):
        files[4]


def test_a_dataset_that_is_rewritten_is_read_as_it_was(tmp_path: Path) -> None:
    made = folder(tmp_path, [judged(0, 0, 1)])
    dataset = read_dataset(made, "training")
    (made / "new").write_text('{"id": "0", "text": "another"}\n')
    (made / "new").replace(made / "texts.jsonl")
    assert list(dataset.texts) == TEXTS


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (judged(3, 0, 1), "a row number is out of range"),
        (judged(0, -1, 1), "a row number is out of range"),
        (judged("x", 0, 1), "a value of the wrong type"),
        (judged(0, 0, "much"), "a value of the wrong type"),
        ({"image": 0, "text": 0}, "judgements.jsonl:1: expected the keys image, text, relevance"),
    ],
)
def test_a_broken_judgement_is_refused(tmp_path: Path, row: object, message: str) -> None:
    with pytest.raises(TrainerError, match=message) as caught:
        read_dataset(folder(tmp_path, [row, judged(0, 0, 1)]), "training")
    assert caught.value.code == "CONFIG"


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("images", '{"paths": 7}', "images.jsonl:1: a value of the wrong type"),
        ("images", '{"paths": [{"tar": "x"}]}', "images.jsonl:1: a value of the wrong type"),
        ("texts", '{"id": "0"}', "texts.jsonl:1: expected the keys text"),
        ("texts", '{"text', "texts.jsonl:1:"),
    ],
)
def test_a_broken_item_is_refused(tmp_path: Path, name: str, line: str, message: str) -> None:
    made = folder(tmp_path, [judged(0, 0, 1)])
    (made / f"{name}.jsonl").write_text(line + "\n")
    with pytest.raises(TrainerError, match=message) as caught:
        read_dataset(made, "training")
    assert caught.value.code == "CONFIG"


def test_no_relevant_pair_is_no_dataset(tmp_path: Path) -> None:
    made = folder(tmp_path, [judged(0, 0, 0), judged(1, 1, None)])
    with pytest.raises(TrainerError, match="0 relevant pairs") as caught:
        read_dataset(made, "training")
    assert caught.value.code == "DATASET_EMPTY"
