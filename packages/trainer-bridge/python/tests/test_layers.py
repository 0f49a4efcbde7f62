"""The package's folders stand on each other in one order."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import semblance_trainer

SOURCE = Path(semblance_trainer.__file__).parent
ORDER = (
    "base",
    "job",
    "models",
    "data",
    "batches",
    "evaluation",
    "updates",
    "distributed",
    "export",
    "fit",
)
TOP = len(ORDER)  # what is started: bridge, worker, rank, the command


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
        if module.startswith("semblance_trainer."):
            yield module


def _floor(folder: str) -> int:
    return ORDER.index(folder) if folder in ORDER else TOP


def test_no_module_imports_from_a_folder_above_its_own() -> None:
    upwards = [
        f"{path.relative_to(SOURCE)} imports {module}"
        for path in SOURCE.rglob("*.py")
        for module in _imports(path)
        if _floor(module.split(".")[1]) > _floor(path.relative_to(SOURCE).parts[0])
    ]
    assert upwards == []


def test_every_folder_has_a_place_in_the_order() -> None:
    folders = {path.parent.name for path in SOURCE.glob("*/*.py")}
    assert folders == set(ORDER)
