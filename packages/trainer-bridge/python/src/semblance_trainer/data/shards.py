"""Webdataset shards as a dataset folder: images are found in their archives, and stay there.

A shard is a tar archive that is not compressed; files that share a name up to its first dot are
one sample (https://github.com/webdataset/webdataset): an image and its caption, as text or as the
`caption` of a JSON object.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from semblance_trainer.base.errors import TrainerError

__all__ = ["ShardCounts", "index_shards"]

_IMAGES = frozenset({"jpg", "jpeg", "png", "webp", "bmp", "gif", "tif", "tiff", "ppm"})
_LONGEST_TEXT = 1 << 20  # bytes; what is longer is no caption


@dataclass(frozen=True)
class ShardCounts:
    """How many samples have an image and a caption, and how many were left out for having not."""

    samples: int
    left_out: int


@dataclass
class _Sample:
    """What was met of one sample so far."""

    key: str
    image: dict[str, Any] | None = None
    captions: dict[str, str] = field(default_factory=dict)

    @property
    def caption(self) -> str:
        """The text file's caption before the JSON's; empty when there is none."""
        return (self.captions.get("txt") or self.captions.get("json") or "").strip()


def index_shards(shards: Sequence[Path], folder: Path) -> ShardCounts:
    """Write images.jsonl, texts.jsonl and judgements.jsonl for all samples of some archives.

    Only headers and captions are read; memory does not grow with the number of samples. Raises
    CONFIG for what is no uncompressed tar archive and DATASET_EMPTY when no sample is complete.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = ("images", "texts", "judgements")
    samples = left_out = 0
    with ExitStack() as stack:
        images, texts, judgements = (
            stack.enter_context((folder / f"{name}.jsonl.tmp").open("w", encoding="utf-8"))
            for name in names
        )
        for shard in shards:
            for sample in _read_samples(shard.resolve()):
                if sample.image is None or not sample.caption:
                    left_out += 1
                    continue
                _write(images, {"id": sample.key, "paths": [sample.image]})
                _write(texts, {"id": sample.key, "text": sample.caption})
                _write(judgements, {"image": samples, "text": samples, "relevance": 1})
                samples += 1
    if samples == 0:
        raise TrainerError(
            "DATASET_EMPTY",
            f"none of the {left_out} samples in {len(shards)} shards has an image and a caption",
            "a sample is an image and a .txt or a .json with a caption, of the same name",
        )
    for name in names:
        (folder / f"{name}.jsonl.tmp").replace(folder / f"{name}.jsonl")
    return ShardCounts(samples, left_out)


def _write(file: TextIO, row: dict[str, Any]) -> None:
    file.write(json.dumps(row, separators=(",", ":")) + "\n")


def _read_samples(shard: Path) -> Iterator[_Sample]:
    """Yield an archive's samples; the files of one stand next to each other."""
    sample: _Sample | None = None
    try:
        with tarfile.open(shard, "r:") as tar:
            for member in tar:
                tar.members = []  # type: ignore[attr-defined]  # tarfile would keep them for ever
                key, _, extension = _split_name(member.name)
                if not member.isfile() or not extension:
                    continue
                if sample is None or sample.key != key:
                    if sample is not None:
                        yield sample
                    sample = _Sample(key)
                _add(sample, shard, tar, member, extension)
    except (tarfile.TarError, OSError) as error:
        raise TrainerError(
            "CONFIG",
            f"{shard} cannot be read as a shard: {error}",
            "use tar archives that are whole and not compressed",
        ) from error
    if sample is not None:
        yield sample


def _split_name(name: str) -> tuple[str, str, str]:
    """Return (name up to the first dot of its last part, the dot, the extension)."""
    folder, slash, last = name.rpartition("/")
    key, dot, extension = last.partition(".")
    return folder + slash + key, dot, extension.lower()


def _add(
    sample: _Sample, shard: Path, tar: tarfile.TarFile, member: tarfile.TarInfo, extension: str
) -> None:
    if extension in _IMAGES and sample.image is None:
        place = {"tar": str(shard), "offset": member.offset_data, "size": member.size}
        sample.image = {**place, "name": member.name}
    elif extension in ("txt", "json") and member.size <= _LONGEST_TEXT:
        content = tar.extractfile(member)
        text = content.read().decode("utf-8", "replace") if content else ""
        sample.captions[extension] = text if extension == "txt" else _caption_of(text)


def _caption_of(text: str) -> str:
    try:
        caption = json.loads(text).get("caption")
    except (ValueError, AttributeError):
        return ""
    return caption if isinstance(caption, str) else ""
