"""Where an image's bytes lie: a file of its own, or a member of a tar archive."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

__all__ = ["ImageFile", "TarMember", "open_image_file", "parse_image_file"]


@dataclass(frozen=True)
class TarMember:
    """A member of a tar archive that is not compressed: `size` bytes from `offset` on."""

    tar: str
    offset: int
    size: int
    name: str

    def __str__(self) -> str:
        """Return "archive.tar/name", for messages."""
        return f"{self.tar}/{self.name}"


ImageFile = str | TarMember


def parse_image_file(value: object) -> ImageFile:
    """Read an element of `paths` in images.jsonl. Raises KeyError, TypeError and ValueError."""
    if not isinstance(value, dict):
        return str(value)
    return TarMember(
        str(value["tar"]), int(value["offset"]), int(value["size"]), str(value["name"])
    )


def open_image_file(image: ImageFile) -> BinaryIO:
    """Open an image's bytes. Raises OSError, and EOFError where the archive ends too early."""
    if isinstance(image, str):
        return Path(image).open("rb")
    with Path(image.tar).open("rb") as file:
        file.seek(image.offset)
        content = file.read(image.size)
    if len(content) < image.size:
        raise EOFError(f"{image.tar} ends before {image.name}")
    return io.BytesIO(content)
