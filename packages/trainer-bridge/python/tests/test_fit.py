"""Fits of a small CLIP on drawn shapes, up to the choice of weights."""

import dataclasses
import json
import shutil
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from conftest import Fit, Job, draw_dataset, read_events, write_dataset
from semblance_trainer.base.errors import TrainerError
from semblance_trainer.base.events import EventWriter
from semblance_trainer.base.stop import Orphaned, StopRequest
from semblance_trainer.data import pixels
from semblance_trainer.models.checkpoint import read_tensors

PLACES = ("", "-2", "-3")


def last_of(run: Path) -> dict[str, torch.Tensor]:
    return read_tensors(run / "job" / "last.safetensors")


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[k], other[k]) for k in one)


def test_training_finds_more_and_reports_it(job: Job, fit: Fit) -> None:
    config = job(hyperparameters={"maxSteps": 150, "learningRate": 3e-3})
    result = fit(config).result
    assert (result["stopped"], result["steps"]) == ("maxSteps", 150)
    assert result["kept"] in ("best", "average", "interpolated")
    assert result["after"]["t2i.hit@5"] > result["before"]["t2i.hit@5"] + 0.1
    assert result["judged"]["gain"] > 0
    queries = len(result["judged"]["groups"])
    assert queries == len(result["judged"]["start"]) == len(result["judged"]["candidate"]) == 48
    events = read_events(config.run_folder)
    evaluations = [event["step"] for event in events if event["type"] == "evaluation"]
    assert evaluations == [0, *range(19, 150, 19), 150]
    steps = [event for event in events if event["type"] == "step"]
    keys = {"type", "time", "step", "loss", "learningRate", "imagesPerSecond", "memoryBytes"}
    assert all(set(event) - {"secondsLeft"} == keys for event in steps)


def test_a_ruinous_rate_keeps_the_start(job: Job, fit: Fit) -> None:
    first = job("first", hyperparameters={"maxSteps": 150, "learningRate": 3e-3})
    fit(first)
    trained = Path(first.run_folder) / "trained"
    shutil.copytree(first.checkpoint, trained)
    shutil.copy(first.job_folder / "best.safetensors", trained / "model.safetensors")
    second = job("second", checkpoint=str(trained), hyperparameters={"learningRate": 1.0})
    result = fit(second).result
    assert result["kept"] == "start"
    assert result["after"] == result["before"]
    assert result["judged"]["gain"] < 0


def test_a_cancelled_fit_still_chooses(job: Job, fit: Fit) -> None:
    config = job(hyperparameters={"maxSteps": 100_000})
    stop = StopRequest(threading.Event())
    threading.Timer(1.5, stop.event.set).start()
    result = fit(config, stop).result
    assert result["stopped"] == "aborted"
    assert 0 < result["steps"] < 100_000
    state = json.loads((config.job_folder / "state.json").read_text())
    assert state["files"] == {
        "last": result["steps"],
        "optimizer": result["steps"],
        **{f"best{place}": top["step"] for place, top in zip(PLACES, state["top"], strict=False)},
    }


@pytest.mark.parametrize("stage", ["loading", "reading images", "encoding"])
def test_a_stop_before_the_start_is_evaluated_ends_the_fit(
    job: Job, fit: Fit, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    config, stop = job(), StopRequest(threading.Event())
    tell = EventWriter.progress
    told: list[tuple[Any, ...]] = []

    def progress(events: EventWriter, *facts: Any) -> None:
        tell(events, *facts)
        told.append(facts)
        if stage == ("encoding" if facts[-1] == "items" else facts[0]):
            stop.event.set()

    monkeypatch.setattr(EventWriter, "progress", progress)
    with pytest.raises(TrainerError, match="nothing was trained") as caught:
        fit(config, stop)
    assert caught.value.code == "ABORTED"
    assert "evaluation" not in [event["type"] for event in read_events(config.run_folder)]
    assert ("encoding" if told[-1][-1] == "items" else told[-1][0]) == stage


def test_a_stop_while_training_images_are_read_costs_a_resumed_run_none_of_them(
    job: Job, fit: Fit, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, read = StopRequest(threading.Event()), pixels.open_cache

    def stop_at_third(request: pixels.CacheRequest) -> pixels.PixelCache:
        def report(done: int, total: int) -> bool:
            if done == 3 and not request.exact:
                stop.event.set()
            return request.report(done, total)

        return read(dataclasses.replace(request, report=report))

    monkeypatch.setattr(pixels, "open_cache", stop_at_third)
    fit(job(), stop)
    monkeypatch.undo()
    config = job(resume=True)
    fit(config)
    assert "TRAINING_ON_PART" not in [event.get("code") for event in read_events(config.run_folder)]


def test_an_orphan_before_the_start_is_evaluated_just_ends(job: Job, fit: Fit) -> None:
    stop = StopRequest(threading.Event(), orphaned=True)
    stop.event.set()
    with pytest.raises(Orphaned):
        fit(job(), stop)


def test_an_orphaned_fit_saves_and_ends(job: Job, fit: Fit) -> None:
    config = job(hyperparameters={"maxSteps": 100_000})
    stop = StopRequest(threading.Event(), orphaned=True)
    threading.Timer(1.0, stop.event.set).start()
    with pytest.raises(Orphaned):
        fit(config, stop)
    assert json.loads((config.job_folder / "state.json").read_text())["stopped"] == "aborted"


def test_a_resumed_run_is_the_uninterrupted_one_to_the_bit(job: Job, fit: Fit) -> None:
    steps = {"hyperparameters": {"maxSteps": 200, "learningRate": 1e-3}}
    whole = job("whole", **steps)
    fit(whole)
    parts = job("parts", **steps)
    for seconds in (0.4, 0.6):
        stop = StopRequest(threading.Event())
        threading.Timer(seconds, stop.event.set).start()
        fit(job("parts", **steps, resume=True), stop)
    stopped_at = json.loads((parts.job_folder / "state.json").read_text())["step"]
    assert 0 < stopped_at < 200
    result = fit(job("parts", **steps, resume=True)).result
    assert result["steps"] == 200
    assert same(last_of(Path(parts.run_folder)), last_of(Path(whole.run_folder)))
    optimizers = [read_tensors(c.job_folder / "optimizer.safetensors") for c in (parts, whole)]
    assert same(*optimizers)


def test_a_run_is_not_resumed_with_other_settings(job: Job, fit: Fit) -> None:
    fit(job(hyperparameters={"maxSteps": 2}))
    finished = Path(job().run_folder) / "semblance.json"
    finished.write_text("{}")
    with pytest.raises(TrainerError, match="other data, weights or hyperparameters"):
        fit(job(hyperparameters={"maxSteps": 2, "weightDecay": 0.2}, resume=True))
    assert finished.exists()  # a run that could not be resumed is still what it was


def test_the_time_limit_holds(job: Job, fit: Fit) -> None:
    config = job(timeLimit=6, hyperparameters={"maxSteps": 1_000_000})
    result = fit(config).result
    assert result["stopped"] == "timeLimit"
    assert 3 < result["timing"]["fit"] <= 11
    evaluations = [e for e in read_events(config.run_folder) if e["type"] == "evaluation"]
    assert len(evaluations) >= 4
    assert all("secondsLeft" in e for e in read_events(config.run_folder) if e["type"] == "step")
    plan = json.loads((config.job_folder / "state.json").read_text())["plan"]
    assert plan["final"]
    assert plan["correct_at"] is None  # it was halfway, from the speed since the first plan


def test_without_a_limit_the_updates_left_tell_the_seconds(
    job: Job, fit: Fit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("semblance_trainer.base.events._STEP_SECONDS", 0.0)
    config = job()
    fit(config)
    steps = [event for event in read_events(config.run_folder) if event["type"] == "step"]
    assert "secondsLeft" not in steps[0]  # the first updates say nothing of the speed
    assert 0 <= steps[-2]["secondsLeft"] < steps[8]["secondsLeft"] < 60
    assert steps[-1]["secondsLeft"] == 0


def test_the_time_limit_holds_when_the_machine_turns_slower_than_planned(
    job: Job, fit: Fit
) -> None:
    """A plan of a million updates stands for one made while the machine was faster."""
    planned = {"maxSteps": 1_000_000}
    stop = StopRequest(threading.Event())
    threading.Timer(0.5, stop.event.set).start()
    fit(job(hyperparameters=planned), stop)
    result = fit(job(hyperparameters=planned, timeLimit=4, resume=True)).result
    assert result["stopped"] == "timeLimit"
    assert result["timing"]["fit"] <= 9


def test_a_limit_too_short_names_one_that_would_do(job: Job, fit: Fit) -> None:
    with pytest.raises(TrainerError, match="end before the first updates") as caught:
        fit(job(timeLimit=0.2, startedAt=time.time() - 5))
    assert caught.value.code == "TIME_LIMIT_TOO_SHORT"
    assert caught.value.fix is not None
    assert "at least 10 s" in caught.value.fix


def poison(checkpoint: str, folder: Path, value: float) -> str:
    """Copy a checkpoint with one number of its vision tower replaced."""
    shutil.copytree(checkpoint, folder)
    tensors = load_file(folder / "model.safetensors")
    tensors["visual_projection.weight"][0, 0] = value
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    return str(folder)


def test_weights_that_are_not_finite_are_an_error_before_training(
    job: Job, fit: Fit, tmp_path: Path, micro_checkpoint: Path
) -> None:
    broken = poison(str(micro_checkpoint), tmp_path / "broken", float("nan"))
    with pytest.raises(TrainerError, match="not finite") as caught:
        fit(job(checkpoint=broken))
    assert caught.value.code == "NON_FINITE_START"


def test_a_loss_that_is_not_finite_stops_training_and_keeps_what_was_best(
    job: Job, fit: Fit
) -> None:
    config = job(hyperparameters={"maxSteps": 50, "learningRate": 1e38, "warmup": 0})
    result = fit(config).result
    assert result["stopped"] == "nonFinite"
    assert result["kept"] == "start"
    text = (config.job_folder / "events.jsonl").read_text()
    assert "NaN" not in text
    losses = [e["loss"] for e in read_events(config.run_folder) if e["type"] == "step"]
    assert losses[-1] is None or len(losses) == result["steps"]


def test_one_bad_image_is_left_out_and_listed(job: Job, fit: Fit, tmp_path: Path) -> None:
    folder = draw_dataset(tmp_path / "data", range(2))
    bad = json.loads((folder / "images.jsonl").read_text().splitlines()[5])["paths"][0]
    Path(bad).write_bytes(b"not an image")
    result = fit(job(train=str(folder), hyperparameters={"maxSteps": 3})).result
    assert [(f["index"], f["input"]) for f in result["failures"]] == [(5, bad)]
    assert result["failures"][0]["code"] == "IMAGE_UNREADABLE"


@pytest.mark.parametrize("part", ["train", "validation"])
def test_no_good_image_is_an_error(job: Job, fit: Fit, tmp_path: Path, part: str) -> None:
    folder = write_dataset(tmp_path / "data", [["/missing.png"]], ["a dog"], [(0, 0)])
    changes: dict[str, Any] = {part: str(folder)}
    with pytest.raises(TrainerError, match="could be read") as caught:
        fit(job(**changes))
    assert caught.value.code == "DATASET_EMPTY"


def test_a_clip_has_no_bias_for_the_sigmoid_loss(job: Job, fit: Fit) -> None:
    with pytest.raises(TrainerError, match="logit bias of a SigLIP"):
        fit(job(hyperparameters={"maxSteps": 1, "loss": "sigmoid"}))


def test_data_without_pairs_is_an_error(job: Job, fit: Fit, tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "data", [["/a.png"]], ["a dog"], [])
    with pytest.raises(TrainerError, match="0 relevant pairs") as caught:
        fit(job(train=str(folder)))
    assert caught.value.code == "DATASET_EMPTY"


def test_items_of_several_images_and_a_batch_larger_than_the_data_work(
    job: Job, fit: Fit, tmp_path: Path
) -> None:
    drawn = draw_dataset(tmp_path / "data", range(2))
    paths = [json.loads(line)["paths"][0] for line in (drawn / "images.jsonl").open()]
    items = [[paths[i], paths[i + 16]] for i in range(16)]
    texts = [Path(path).stem for path in paths[:16]]
    folder = write_dataset(tmp_path / "items", items, texts, [(i, i) for i in range(16)])
    result = fit(
        job(train=str(folder), validation=str(folder), hyperparameters={"batchSize": 500})
    ).result
    assert result["steps"] == 24
    assert len(result["judged"]["groups"]) == 16


def test_patience_ends_a_run_that_does_not_improve(job: Job, fit: Fit) -> None:
    config = job(hyperparameters={"maxSteps": 400, "learningRate": 1e-9, "patience": 2})
    result = fit(config).result
    assert result["stopped"] == "patience"
    assert result["steps"] < 400


def test_the_run_folder_is_not_the_checkpoint(
    job: Job, fit: Fit, micro_checkpoint: Path, tmp_path: Path
) -> None:
    start = str(shutil.copytree(micro_checkpoint, tmp_path / "start"))
    with pytest.raises(TrainerError, match="is the checkpoint"):
        fit(job(checkpoint=start, runFolder=start))


def test_a_folder_without_a_model_is_not_a_checkpoint(job: Job, fit: Fit, tmp_path: Path) -> None:
    with pytest.raises(TrainerError, match=r"no readable config\.json") as caught:
        fit(job(checkpoint=str(tmp_path)))
    assert caught.value.code == "NOT_A_CHECKPOINT"
