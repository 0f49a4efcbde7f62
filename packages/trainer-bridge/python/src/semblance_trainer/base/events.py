"""The run's record: one JSON object a line, appended; and files that are replaced in one go."""

from __future__ import annotations

import json
import math
import os
import time
from pathlib import Path
from typing import Any

from semblance_trainer.base.memory import measure_memory

__all__ = ["EventWriter", "finite", "fsync_folder", "write_atomically"]

_STEP_SECONDS = 0.5  # at most two step events a second


def finite(value: Any) -> Any:
    """Return `value` with every NaN or infinity in it as None: JSON knows neither."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(item) for item in value]
    return value


def fsync_folder(folder: Path) -> None:
    """Make renames in `folder` durable (a no-op where folders cannot be opened)."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomically(path: Path, text: str) -> None:
    """Replace `path` so that a reader, or a crash, sees the old text or the new, never a part."""
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    fsync_folder(path.parent)


class EventWriter:
    """Appends to events.jsonl; a line that a killed process left half-written is cut off first."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        self._last_step = -math.inf
        self._repair()

    def _repair(self) -> None:
        size = os.fstat(self._descriptor).st_size
        end = size
        while end > 0:
            start = max(0, end - 65_536)
            os.lseek(self._descriptor, start, os.SEEK_SET)
            block = os.read(self._descriptor, end - start)
            newline = block.rfind(b"\n")
            if newline >= 0:
                end = start + newline + 1
                break
            end = start
        if end < size:
            os.ftruncate(self._descriptor, end)

    def _write(self, event: dict[str, Any]) -> None:
        line = json.dumps(finite({**event, "time": round(time.time(), 3)}), allow_nan=False) + "\n"
        os.write(self._descriptor, line.encode())

    def step(self, *, force: bool = False, **facts: Any) -> None:
        """Tell of a step: step, loss, learningRate, imagesPerSecond, secondsLeft?; and memory."""
        now = time.monotonic()
        if force or now - self._last_step >= _STEP_SECONDS:
            self._last_step = now
            known = {k: v for k, v in facts.items() if k != "secondsLeft" or v is not None}
            self._write({"type": "step", **known, **measure_memory()})

    def evaluation(self, step: int, metrics: dict[str, float]) -> None:
        """Tell the metrics on the whole of validation after `step` updates."""
        self._write({"type": "evaluation", "step": step, "metrics": metrics})

    def progress(self, stage: str, done: int, total: int | None, unit: str) -> None:
        """Tell how far a stage has come."""
        extent = {} if total is None else {"total": total}
        self._write({"type": "progress", "stage": stage, "done": done, **extent, "unit": unit})

    def warning(self, code: str, message: str) -> None:
        """Tell of something the user should know that ends nothing."""
        self._write({"type": "warning", "code": code, "message": message})

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)
