"""The files of a model folder, and semblance.json that says what they are."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

from semblance_trainer.base.errors import TrainerError
from semblance_trainer.base.events import fsync_folder, write_atomically
from semblance_trainer.export.precisions import DTYPES, graph_names
from semblance_trainer.models.checkpoint import hash_weights, read_tensors
from semblance_trainer.models.dual_encoder import DualEncoder

__all__ = [
    "CHECKPOINT_FILES",
    "GRAPHS",
    "copy_checkpoint_files",
    "copy_model",
    "hash_file",
    "is_model_folder",
    "move_model",
    "read_base",
    "refuse_occupied",
    "write_description",
]

GRAPHS = graph_names("fp32")
_GRAPH_FILES = tuple(
    f"onnx/{name}{ending}"
    for dtype in DTYPES
    for name in graph_names(dtype)
    for ending in ("", "_data")
)
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
    for weights in (*source.glob("model*.safetensors*"), *source.glob("head.safetensors")):
        shutil.copyfile(weights, target / weights.name)
    shutil.copytree(source / "onnx", target / "onnx", dirs_exist_ok=True)
    if (source / "README.md").is_file():
        shutil.copyfile(source / "README.md", target / "README.md")
    text = (source / "semblance.json").read_text(encoding="utf-8")
    write_atomically(target / "semblance.json", text)


def refuse_occupied(checkpoint: Path, output: Path) -> None:
    """Raise OUTPUT_OCCUPIED when an export to `output` would replace what is not an export.

    That is: the checkpoint itself, a file, a folder with weights of its own (a checkpoint or the
    run folder of a fit), or one without an export of ours that holds a file an export writes.
    """
    if output.exists() and output.resolve() == checkpoint.resolve():
        found = "is the checkpoint itself"
    elif output.exists() and not output.is_dir():
        found = "is a file"
    elif any(output.glob("model*.safetensors")):
        found = "holds the weights of a model"
    elif not _is_export(output) and (names := _written_names(output)):
        found = f"holds {', '.join(names)}, which the export would replace"
    else:
        return
    raise TrainerError(
        "OUTPUT_OCCUPIED",
        f"the output {output} {found}",
        "name a folder that is new or empty as the output, or empty that one first",
    )


def _is_export(folder: Path) -> bool:
    try:
        described = json.loads((folder / "semblance.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    keys = {"schema", "files", "weights", "certificate"}
    return isinstance(described, dict) and keys <= described.keys()


def _written_names(folder: Path) -> list[str]:
    names = (*CHECKPOINT_FILES, "README.md", "semblance.json", *_GRAPH_FILES)
    return [name for name in names if os.path.lexists(folder / name)]


def move_model(source: Path, target: Path) -> None:
    """Move a model folder's files to a folder on the same disk; semblance.json comes last.

    Graphs of an earlier export that this one does not replace are removed: they are of other
    weights, or nobody asked for them.
    From the first file that is replaced to the last one the target is no model folder.
    """
    (target / "semblance.json").unlink(missing_ok=True)
    fsync_folder(target)
    for graph in _GRAPH_FILES:
        (target / graph).unlink(missing_ok=True)
    names = [path.relative_to(source) for path in source.rglob("*") if path.is_file()]
    for name in sorted(names, key=lambda name: name == Path("semblance.json")):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).replace(target / name)
    fsync_folder(target)


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


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
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
            f"onnx/{path.name}": {"sha256": hash_file(path), "bytes": path.stat().st_size}
            for path in graphs
        },
        "weights": _hash_checkpoint(weights),
        "certificate": certificate,
        "calibration": None,
        "head": None,
    }
    write_atomically(folder / "semblance.json", json.dumps(description, indent=2) + "\n")
    return description
