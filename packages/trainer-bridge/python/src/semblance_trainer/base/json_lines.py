"""Files of JSON lines as sequences: eight bytes of memory a row, whatever the rows hold."""

from __future__ import annotations

import json
import mmap
from array import array
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

from semblance_trainer.base.errors import TrainerError

__all__ = ["JsonLines", "open_json_lines", "read_rows"]

T = TypeVar("T")


class JsonLines(Sequence[T], Generic[T]):
    """The rows of a file that stays on disk; each is parsed when it is asked for.

    The file is mapped, so that one that is replaced meanwhile is still read as it was.
    """

    def __init__(
        self, content: mmap.mmap | bytes, starts: array[int], read: Callable[[dict[str, Any]], T]
    ) -> None:
        self.content = content
        self._starts = starts
        self._read = read

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._starts)

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> list[T]: ...

    def __getitem__(self, index: int | slice) -> T | list[T]:
        """Parse a row, or several."""
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        start = self._starts[index]
        end = self.content.find(b"\n", start)
        line = self.content[start:] if end < 0 else self.content[start:end]
        return self._read(json.loads(line))


def open_json_lines(path: Path, key: str, read: Callable[[dict[str, Any]], T]) -> JsonLines[T]:
    """Open a file whose rows all have `key`, and read each once. Raises CONFIG on a broken row."""
    starts = array("q")
    for start, row in read_rows(path, key):
        starts.append(start)
        try:
            read(row)
        except (KeyError, TypeError, ValueError) as error:
            raise TrainerError(
                "CONFIG", f"{path}:{len(starts)}: a value of the wrong type: {error}"
            ) from error
    with path.open("rb") as file:
        empty = path.stat().st_size == 0  # which cannot be mapped
        content = b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return JsonLines(content, starts, read)


def read_rows(path: Path, *keys: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (position in bytes, row); blank lines are skipped. Raises CONFIG."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise TrainerError("CONFIG", f"{path}: {error.strerror or error}") from error
    start = 0
    with file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield start, _parse(path, number, line, keys)
            start += len(line)


def _parse(path: Path, number: int, line: bytes, keys: tuple[str, ...]) -> dict[str, Any]:
    try:
        row: dict[str, Any] = json.loads(line)
        complete = all(key in row for key in keys)
    except (ValueError, TypeError) as error:
        raise TrainerError("CONFIG", f"{path}:{number}: {error}") from error
    if not complete:
        raise TrainerError("CONFIG", f"{path}:{number}: expected the keys {', '.join(keys)}")
    return row
