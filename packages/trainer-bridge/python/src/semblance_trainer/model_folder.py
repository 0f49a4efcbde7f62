"""The files of a model folder, and semblance.json that says what they are."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

from semblance_trainer.checkpoint import hash_weights, read_tensors
from semblance_trainer.events import write_atomically
from semblance_trainer.model import DualEncoder

__all__ = [
    "CHECKPOINT_FILES",
    "GRAPHS",
    "copy_checkpoint_files",
    "copy_model",
    "is_model_folder",
    "read_base",
    "write_description",
]

GRAPHS = ("vision_model.onnx", "text_model.onnx")
CHECKPOINT_FILES = (
    "config.json",
    "preprocessor_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
)


def copy_checkpoint_files(source: Path, target: Path) -> None:
    """Copy what a model needs besides weights; nothing when both are the same folder."""
    target.mkdir(parents=True, exist_ok=True)
    for name in CHECKPOINT_FILES:
        if (source / name).resolve() != (target / name).resolve():
            shutil.copyfile(source / name, target / name)


def is_model_folder(folder: Path) -> bool:
    """Return whether the folder holds an exported model: semblance.json and both graphs."""
    there = (folder / "onnx" / name for name in GRAPHS)
    return (folder / "semblance.json").is_file() and all(path.is_file() for path in there)


def copy_model(source: Path, target: Path) -> None:
    """Copy an exported model with its weights; semblance.json comes last."""
    copy_checkpoint_files(source, target)
    for weights in source.glob("model*.safetensors*"):
        shutil.copyfile(weights, target / weights.name)
    shutil.copytree(source / "onnx", target / "onnx", dirs_exist_ok=True)
    if (source / "README.md").is_file():
        shutil.copyfile(source / "README.md", target / "README.md")
    text = (source / "semblance.json").read_text(encoding="utf-8")
    write_atomically(target / "semblance.json", text)


def read_base(folder: Path) -> tuple[str, str | None]:
    """Return a checkpoint folder's name and licence.

    From its semblance.json, else the folder's name and the `license:` line of its model card.
    """
    try:
        described = json.loads((folder / "semblance.json").read_text(encoding="utf-8"))
        return str(described["name"]), described.get("license")
    except (OSError, ValueError, KeyError):
        pass
    try:
        card = (folder / "README.md").read_text(encoding="utf-8")
    except (OSError, ValueError):
        card = ""
    head = re.match(r"---\n(.*?)\n---", card, re.DOTALL)
    found = re.search(r"^license:\s*(\S+)", head.group(1), re.MULTILINE) if head else None
    return folder.resolve().name, found.group(1).strip("'\"") if found else None


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _hash_checkpoint(folder: Path) -> str:
    tensors = {}
    for path in sorted(folder.glob("model*.safetensors")):
        tensors.update(read_tensors(path))
    return hash_weights(tensors)


def write_description(
    folder: Path,
    model: DualEncoder,
    *,
    name: str,
    base: str | None,
    license_name: str | None,
    certificate: dict[str, Any],
    weights: Path,
) -> dict[str, Any]:
    """Write semblance.json; `weights` is the folder whose safetensors the graphs are made from."""
    graphs = sorted(path for path in (folder / "onnx").iterdir() if path.is_file())
    description = {
        "schema": 1,
        "name": name,
        "base": base,
        "license": license_name,
        "dimension": model.dimension,
        "scoring": model.scoring(),
        "files": {
            f"onnx/{path.name}": {"sha256": _sha256(path), "bytes": path.stat().st_size}
            for path in graphs
        },
        "weights": _hash_checkpoint(weights),
        "certificate": certificate,
        "calibration": None,
        "head": None,
    }
    write_atomically(folder / "semblance.json", json.dumps(description, indent=2) + "\n")
    return description
