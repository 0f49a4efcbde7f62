"""Dataset folders: images.jsonl, texts.jsonl and judgements.jsonl, one JSON object a line.

Only where each row lies is kept in memory, and the judgements as arrays: 8 bytes an image or text
and 20 a judged pair, so that ten million pairs take less than half a gigabyte.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semblance_trainer.base.errors import TrainerError
from semblance_trainer.base.json_lines import JsonLines, open_json_lines, read_rows
from semblance_trainer.data.relevance import Relevance, merge_pairs, scale_relevance
from semblance_trainer.models.image_file import ImageFile, parse_image_file

__all__ = ["ImageText", "read_dataset"]


@dataclass(frozen=True)
class ImageText:
    """Images, texts and which belong together.

    Attributes:
        name: what the dataset is for ("train", "validation"), for messages.
        paths: each image item's files; an item of several is the renormalised mean of them.
        texts: each text item.
        relevance: the judged pairs by image; grades are scaled into 0..1, NaN is unknown.
    """

    name: str
    paths: JsonLines[tuple[ImageFile, ...]]
    texts: JsonLines[str]
    relevance: Relevance

    @property
    def pairs(self) -> NDArray[np.int64]:
        """Return [pair, 2] image row, text row of the relevant pairs alone, each once, sorted."""
        counts = np.diff(self.relevance.bounds)
        images = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
        return np.stack((images, self.relevance.texts), axis=1)[self.relevance.values > 0]

    def bytes(self) -> Iterator[Any]:
        """Yield all that makes this dataset what it is, to be hashed."""
        yield from (self.paths.content, self.texts.content)
        yield from (self.relevance.bounds, self.relevance.texts, self.relevance.values)


def read_dataset(folder: Path, name: str) -> ImageText:
    """Read a dataset folder. Raises CONFIG on broken lines and DATASET_EMPTY on no pair."""
    paths = open_json_lines(folder / "images.jsonl", "paths", _image_files)
    texts = open_json_lines(folder / "texts.jsonl", "text", _text)
    judgements = folder / "judgements.jsonl"
    try:
        images_of, texts_of, values = _read_judgements(judgements)
    except (TypeError, ValueError, OverflowError) as error:
        raise TrainerError("CONFIG", f"{judgements}: a value of the wrong type: {error}") from error
    if not (values > 0).any():
        raise TrainerError(
            "DATASET_EMPTY",
            f"the {name} data holds no image with a relevant text: "
            f"{len(paths)} images, {len(texts)} texts, 0 relevant pairs",
            "check the columns and that relevance is above 0 somewhere",
        )
    for rows, count in ((images_of, len(paths)), (texts_of, len(texts))):
        if rows.min() < 0 or rows.max() >= count:
            raise TrainerError("CONFIG", f"{judgements}: a row number is out of range")
    relevance = merge_pairs(images_of, texts_of, scale_relevance(values), len(paths))
    return ImageText(name, paths, texts, relevance)


def _image_files(row: dict[str, Any]) -> tuple[ImageFile, ...]:
    return tuple(parse_image_file(value) for value in row["paths"])


def _text(row: dict[str, Any]) -> str:
    return str(row["text"])


def _read_judgements(
    path: Path,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Return image rows, text rows and relevance; a relevance of null is NaN: unknown."""
    images, texts, values = array("q"), array("q"), array("f")
    for _, row in read_rows(path, "image", "text", "relevance"):
        value = row["relevance"]
        images.append(int(row["image"]))
        texts.append(int(row["text"]))
        values.append(np.nan if value is None else float(value))
    return (
        np.frombuffer(images, dtype=np.int64),
        np.frombuffer(texts, dtype=np.int64),
        np.frombuffer(values, dtype=np.float32),
    )
