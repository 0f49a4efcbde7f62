"""Checkpoints that survive kill -9 at any moment: safetensors, fsync, one commit point.

`state.json` is the commit: it names, for each tensor file, the step that it must be of. New files
are first written beside the old ones as `NAME.next`, and a file that takes another one's place is
linked there; then state.json is replaced in one go; then the new files take their places. A crash
before the commit leaves the old set, a crash after it a set that `open_state` completes.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from semblance_trainer.base.errors import TrainerError
from semblance_trainer.base.events import fsync_folder, write_atomically

__all__ = [
    "CheckpointStore",
    "Tensors",
    "hash_weights",
    "read_tensors",
    "save_tensors",
]

Tensors = dict[str, torch.Tensor]
_DTYPES = {
    torch.float32: "F32",
    torch.float64: "F64",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.int16: "I16",
    torch.int8: "I8",
    torch.uint8: "U8",
    torch.bool: "BOOL",
}


def save_tensors(path: Path, tensors: Tensors, step: int | None = None) -> None:
    """Write a safetensors file and make it durable; `step` goes into its metadata."""
    metadata = {"format": "pt"} if step is None else {"format": "pt", "step": str(step)}
    save_file(tensors, path, metadata=metadata)
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def read_tensors(path: Path) -> Tensors:
    """Read a safetensors file."""
    with safe_open(path, framework="pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118


def _step_of(path: Path) -> int | None:
    """Return the step in a file's metadata; None for one that is missing or cut off."""
    try:
        with safe_open(path, framework="pt") as file:
            return int((file.metadata() or {})["step"])
    except Exception:  # safetensors raises its own error and OSError
        return None


def hash_weights(tensors: Tensors) -> str:
    """Return the SHA-256 over tensors sorted by name.

    For each tensor: the name, the dtype as safetensors writes it, the shape as JSON without
    spaces, each ended by a newline, then the raw little-endian bytes.
    """
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name].contiguous()
        shape = json.dumps(list(tensor.shape), separators=(",", ":"))
        digest.update(f"{name}\n{_DTYPES[tensor.dtype]}\n{shape}\n".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class CheckpointStore:
    """The tensor files and the state of a job folder."""

    folder: Path

    def path(self, name: str) -> Path:
        """Return the file of that name, such as "last", "optimizer" or "best"."""
        return self.folder / f"{name}.safetensors"

    def _next(self, name: str) -> Path:
        return self.folder / f"{name}.safetensors.next"

    def commit(
        self,
        state: dict[str, Any],
        files: Mapping[str, tuple[int, Tensors]],
        moved: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Save `state` and the given files (name → step, tensors) as one set.

        `moved` are files that take the place of others (new name → the name until now).
        `state["files"]` must name every file's step, of those not given too.
        """
        for name, before in moved.items():
            _link(self.path(before), self._next(name))
        for name, (step, tensors) in files.items():
            save_tensors(self._next(name), tensors, step)
        fsync_folder(self.folder)
        write_atomically(self.folder / "state.json", json.dumps(state))
        for name in (*moved, *files):
            self._next(name).replace(self.path(name))
        fsync_folder(self.folder)

    def open_state(self) -> dict[str, Any] | None:
        """Return the state with its files in place, or None when there is none yet."""
        try:
            state: dict[str, Any] = json.loads(
                (self.folder / "state.json").read_text(encoding="utf-8")
            )
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise _damaged(self.folder / "state.json", str(error)) from error
        for name, step in state["files"].items():
            if _step_of(self.path(name)) == step:
                continue
            if _step_of(self._next(name)) != step:
                raise _damaged(self.path(name), f"it is not of step {step}")
            self._next(name).replace(self.path(name))
        self._drop_leftovers()
        return state

    def clear(self) -> None:
        """Remove state and files of an earlier run."""
        (self.folder / "state.json").unlink(missing_ok=True)
        for path in self.folder.glob("*.safetensors"):
            path.unlink()
        self._drop_leftovers()

    def _drop_leftovers(self) -> None:
        for path in self.folder.glob("*.safetensors.next"):
            path.unlink()


def _link(source: Path, target: Path) -> None:
    """Let `target` be the same file, or a copy where the disk knows no hard links."""
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
        with target.open("r+b") as file:
            os.fsync(file.fileno())


def _damaged(path: Path, why: str) -> TrainerError:
    return TrainerError("CONFIG", f"{path} is damaged: {why}", "start afresh, without resume")
