"""A set of files that a crash at any moment leaves whole."""

import hashlib
import json
import struct
from pathlib import Path
from typing import Any

import pytest
import torch

from semblance_trainer.base.errors import TrainerError
from semblance_trainer.models.checkpoint import (
    CheckpointStore,
    hash_weights,
    read_tensors,
    save_tensors,
)


class CrashError(Exception):
    """Stands for kill -9 between two system calls."""


def commit(store: CheckpointStore, step: int) -> None:
    """Commit three files of a step; the best so far becomes the second best."""
    tensors = {"w": torch.full((2,), float(step))}
    files = dict.fromkeys(("last", "optimizer", "best"), step)
    moved = {"best-2": "best"} if step > 1 else {}
    steps = files | ({"best-2": step - 1} if moved else {})
    store.commit({"step": step, "files": steps}, {name: (step, tensors) for name in files}, moved)


def state_of(store: CheckpointStore) -> tuple[int, dict[str, float]]:
    state = store.open_state()
    assert state is not None
    names = [path.stem for path in store.folder.glob("*.safetensors")]
    return state["step"], {n: read_tensors(store.path(n))["w"][0].item() for n in names}


def values_of(step: int) -> dict[str, float]:
    values = dict.fromkeys(("last", "optimizer", "best"), float(step))
    return values | ({"best-2": step - 1.0} if step > 1 else {})


@pytest.mark.parametrize("crash_at", range(7))
@pytest.mark.parametrize("links", [True, False])
def test_a_crash_between_any_two_renames_leaves_a_whole_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crash_at: int, links: bool
) -> None:
    store = CheckpointStore(tmp_path)
    commit(store, 1)
    commit(store, 2)
    real, calls = Path.replace, []

    def replace(self: Path, target: Any) -> Path:
        if len(calls) == crash_at:
            raise CrashError
        calls.append(target)
        return real(self, target)

    def refuse(*_: object) -> None:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        if not links:  # as on a disk that knows no hard links
            patch.setattr("os.link", refuse)
        if crash_at < 5:
            with pytest.raises(CrashError):
                commit(store, 3)
        else:
            commit(store, 3)
    after = 2 if crash_at == 0 else 3
    assert state_of(store) == (after, values_of(after))
    commit(store, after + 1)
    assert state_of(store) == (after + 1, values_of(after + 1))
    assert len(list(tmp_path.iterdir())) == 5


def test_files_of_another_step_are_refused(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path)
    commit(store, 1)
    save_tensors(store.path("last"), {"w": torch.zeros(2)}, 5)
    with pytest.raises(TrainerError, match="not of step 1"):
        store.open_state()


def test_a_new_run_has_no_state(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path)
    commit(store, 1)
    store.clear()
    assert store.open_state() is None
    assert list(tmp_path.iterdir()) == []


def test_the_weights_hash_is_over_names_types_shapes_and_bytes() -> None:
    tensors = {"b": torch.tensor([1.0, 2.0]), "a": torch.tensor(3, dtype=torch.int64)}
    expected = hashlib.sha256(
        b"a\nI64\n[]\n" + struct.pack("<q", 3) + b"b\nF32\n[2]\n" + struct.pack("<2f", 1, 2)
    )
    assert hash_weights(tensors) == expected.hexdigest()


def test_nothing_is_pickled(job: Any, fit: Any) -> None:
    config = job(hyperparameters={"maxSteps": 4})
    fit(config)
    for path in (config.job_folder).rglob("*"):
        if path.is_file():
            assert path.suffix in {".safetensors", ".json", ".jsonl", ".u8"}
    for source in (Path(__file__).parents[1] / "src").rglob("*.py"):
        text = source.read_text(encoding="utf-8")
        assert "import pickle" not in text
        assert "torch.load" not in text
        assert "torch.save" not in text
    assert json.loads((config.job_folder / "state.json").read_text())["step"] == 4
