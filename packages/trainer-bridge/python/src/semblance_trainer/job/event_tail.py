"""Follows a worker's events.jsonl while it grows."""

from __future__ import annotations

import json
import os
from pathlib import Path

__all__ = ["EventTail"]

_BLOCK_BYTES = 1 << 20


class EventTail:
    """Reads whole lines, a block at a time.

    From where the file ended when following began, or, with `replay`, from its beginning. A file
    that became shorter is another run's: it is read from its beginning too.
    """

    def __init__(
        self, path: Path, block_bytes: int = _BLOCK_BYTES, *, replay: bool = False
    ) -> None:
        self._path = path
        self._block_bytes = block_bytes
        self._offset = 0 if replay else _end_of_last_line(path)
        self._inside_long_line = False

    def read(self) -> tuple[list[object], bool]:
        """Return the events of the next block, and whether there is more to read at once."""
        try:
            with self._path.open("rb") as file:
                if file.seek(0, os.SEEK_END) < self._offset:
                    self._offset, self._inside_long_line = 0, False
                file.seek(self._offset)
                block = file.read(self._block_bytes)
        except FileNotFoundError:
            return [], False
        is_full = len(block) == self._block_bytes
        end = block.rfind(b"\n") + 1
        if end == 0 and is_full:
            return self._skip(len(block)), True
        lines = block[:end].splitlines()
        self._offset += end
        if self._inside_long_line and lines:
            self._inside_long_line = False
            lines = lines[1:]
        return [_parse(line) for line in lines], is_full

    def _skip(self, length: int) -> list[object]:
        """Leave out a line that fills the whole block: waiting for its end would be for ever."""
        self._offset += length
        if self._inside_long_line:
            return []
        self._inside_long_line = True
        size = f"{self._block_bytes} bytes"
        return [_warning("EVENT_TOO_LARGE", f"an event of more than {size} was left out")]


def _end_of_last_line(path: Path) -> int:
    """Count the bytes up to the last newline: what follows is torn, and the worker cuts it off."""
    try:
        with path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            while end > 0:
                start = max(0, end - _BLOCK_BYTES)
                file.seek(start)
                newline = file.read(end - start).rfind(b"\n")
                if newline >= 0:
                    return start + newline + 1
                end = start
    except FileNotFoundError:
        pass
    return 0


def _parse(line: bytes) -> object:
    try:
        # json reads NaN and Infinity, which are no JSON: they become null.
        return json.loads(line, parse_constant=lambda _name: None)
    except ValueError:
        shown = line[:200].decode("utf-8", "replace")
        return _warning("EVENT_UNREADABLE", f"the worker wrote a line that is no event: {shown}")


def _warning(code: str, message: str) -> dict[str, str]:
    return {"type": "warning", "code": code, "message": message}
