"""Dataset folders: images.jsonl, texts.jsonl and judgements.jsonl, one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semblance_trainer.errors import TrainerError

__all__ = ["ImageText", "read_dataset"]


@dataclass(frozen=True)
class ImageText:
    """Images, texts and which belong together.

    Attributes:
        name: what the dataset is for ("train", "validation"), for messages.
        paths: each image item's files; an item of several is the renormalised mean of them.
        texts: each text item.
        pairs: [pair, 2] int64: image row, text row; relevant ones alone, each once, sorted.
    """

    name: str
    paths: tuple[tuple[str, ...], ...]
    texts: tuple[str, ...]
    pairs: NDArray[np.int64]

    def relevant_texts(self) -> list[NDArray[np.int64]]:
        """Return for each image row the text rows that belong to it, ascending."""
        order = self.pairs[np.argsort(self.pairs[:, 0], kind="stable")]
        bounds = np.searchsorted(order[:, 0], np.arange(len(self.paths) + 1))
        return [order[bounds[i] : bounds[i + 1], 1] for i in range(len(self.paths))]


def read_dataset(folder: Path, name: str) -> ImageText:
    """Read a dataset folder. Raises CONFIG on broken lines and DATASET_EMPTY on no pair."""
    try:
        paths, texts, found = _read_parts(folder)
    except (TypeError, ValueError) as error:
        raise TrainerError("CONFIG", f"{folder}: a value of the wrong type: {error}") from error
    pairs = np.unique(np.array(found, dtype=np.int64).reshape(-1, 2), axis=0)
    if len(pairs) == 0:
        raise TrainerError(
            "DATASET_EMPTY",
            f"the {name} data holds no image with a relevant text: "
            f"{len(paths)} images, {len(texts)} texts, 0 relevant pairs",
            "check the columns and that relevance is above 0 somewhere",
        )
    if pairs.min() < 0 or pairs[:, 0].max() >= len(paths) or pairs[:, 1].max() >= len(texts):
        raise TrainerError("CONFIG", f"{folder / 'judgements.jsonl'}: a row number is out of range")
    return ImageText(name, paths, texts, pairs)


def _read_parts(
    folder: Path,
) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...], list[tuple[int, int]]]:
    """Return each image's paths, the texts, and the rows of the relevant pairs."""
    images, texts = _rows(folder / "images.jsonl", "paths"), _rows(folder / "texts.jsonl", "text")
    judged = _rows(folder / "judgements.jsonl", "image", "text", "relevance")
    return (
        tuple(tuple(map(str, row["paths"])) for row in images),
        tuple(str(row["text"]) for row in texts),
        [(int(row["image"]), int(row["text"])) for row in judged if row["relevance"] > 0],
    )


def _rows(path: Path, *keys: str) -> Iterator[dict[str, Any]]:
    try:
        file = path.open(encoding="utf-8")
    except OSError as error:
        raise TrainerError("CONFIG", f"{path}: {error.strerror or error}") from error
    with file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                complete = all(key in row for key in keys)
            except (ValueError, TypeError) as error:
                raise TrainerError("CONFIG", f"{path}:{number}: {error}") from error
            if not complete:
                raise TrainerError(
                    "CONFIG", f"{path}:{number}: expected the keys {', '.join(keys)}"
                )
            yield row
