"""What a fit may keep: checkpoints, their average, what lies towards the start."""

import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from conftest import Fit, Job, read_events
from semblance_trainer.base.config import FitConfig
from semblance_trainer.base.metric import parse_metric
from semblance_trainer.base.stop import Orphaned, StopRequest
from semblance_trainer.data.dataset import read_dataset
from semblance_trainer.data.file_rows import lay_out_files
from semblance_trainer.data.image_cache import CacheRequest, open_cache
from semblance_trainer.evaluation.evaluator import Evaluation, Evaluator
from semblance_trainer.fit.reserve import seconds_for_candidates
from semblance_trainer.fit.run_state import Checkpoint, Costs, RunState
from semblance_trainer.fit.weight_mix import ALPHAS, average_weights, interpolate_weights
from semblance_trainer.models.checkpoint import read_tensors, save_tensors
from semblance_trainer.models.dual_encoder import DualEncoder, load_dual_encoder
from semblance_trainer.updates.schedule import Plan

CPU = torch.device("cpu")


def open_evaluator(config: FitConfig, metric: str = "mrr") -> Evaluator:
    """Return an evaluator as a fit has it."""
    dataset = read_dataset(Path(config.validation), "validation")
    files = lay_out_files(dataset)
    recipe = load_dual_encoder(Path(config.checkpoint), CPU).images
    file = config.job_folder.parent / "again.u8"
    cache = open_cache(CacheRequest(file, files, recipe, True, lambda *_: True))
    return Evaluator(dataset, files, cache, config.seed, parse_metric(metric))


def test_an_average_is_the_mean_of_every_number(tmp_path: Path) -> None:
    one, two = torch.tensor([1.0, 2.0, 1e8]), torch.tensor([2.0, 5.0, 1.0])
    paths = []
    for i, weights in enumerate((one, two, two)):
        paths.append(tmp_path / f"{i}.safetensors")
        save_tensors(paths[-1], {"w": weights, "ids": torch.tensor([i])})
    found = average_weights(paths)
    expected = (one.double() + 2 * two.double()) / 3
    assert torch.equal(found["w"], expected.float())
    assert found["ids"].tolist() == [0]


def test_an_interpolation_lies_between_and_does_not_move_what_is_equal() -> None:
    random = torch.Generator().manual_seed(1)
    start, trained = (torch.randn(50, generator=random) for _ in range(2))
    same = torch.randn(50, generator=random)
    begin = {"w": start, "same": same, "ids": torch.tensor([1])}
    end = {"w": trained, "same": same, "ids": torch.tensor([2])}
    found = interpolate_weights(begin, end, 0.3)
    np.testing.assert_allclose(found["w"], 0.7 * start + 0.3 * trained, rtol=1e-5, atol=1e-7)
    assert torch.equal(found["same"], same)
    assert found["ids"].tolist() == [2]
    assert torch.equal(interpolate_weights(begin, end, 1)["w"], trained)
    assert torch.equal(interpolate_weights(begin, end, 0)["w"], start)


def rank_all(values: list[float], most: int) -> RunState:
    state = RunState("", 1.0, of_value(0), Plan(1, 1, True), Costs(0, 0, 0, 0, 0))
    for step, value in enumerate(values):
        state.rank(Checkpoint(step, of_value(value)), most)
    return state


def of_value(choosing: float) -> Evaluation:
    return Evaluation({}, choosing, np.zeros(1), True)


def test_the_best_checkpoints_are_kept_the_earlier_of_equals_first() -> None:
    state = rank_all([0.5, 0.2, 0.5, 0.4, 0.9, 0.1], 3)
    assert state.slots() == {"best": 4, "best-2": 0, "best-3": 2}
    assert state.without_gain == 1
    again = RunState.from_json(json.loads(json.dumps(state.as_json())))
    assert (again.slots(), again.as_json()) == (state.slots(), state.as_json())


def test_every_candidate_is_tried_and_the_best_is_what_the_model_holds(job: Job, fit: Fit) -> None:
    config = job(hyperparameters={"maxSteps": 150, "learningRate": 3e-3})
    fitted = fit(config)
    result = fitted.result
    names = [candidate["name"] for candidate in result["candidates"]]
    steps = json.loads((config.job_folder / "state.json").read_text())["top"]
    assert names == [
        "start",
        *(f"step {checkpoint['step']}" for checkpoint in steps),
        "average of 3",
        *(f"alpha {alpha}" for alpha in ALPHAS),
    ]
    best = max(result["candidates"], key=lambda candidate: candidate["choosing"])
    assert result["keptName"] == best["name"]
    evaluation = open_evaluator(config).evaluate(fitted.model)
    assert evaluation.choosing == pytest.approx(best["choosing"], abs=1e-9)
    assert evaluation.metrics == result["after"]
    judged = evaluation.judging[~np.isnan(evaluation.judging)]
    assert judged.tolist() == result["judged"]["candidate"]
    for key, (low, high) in result["intervals"]["after"].items():
        assert low <= result["after"][key] <= high
    assert sorted(path.name for path in config.job_folder.glob("*.safetensors*")) == [
        *("best-2.safetensors", "best-3.safetensors", "best.safetensors"),
        *("last.safetensors", "optimizer.safetensors"),
    ]


def test_the_files_of_the_best_are_of_their_steps_whatever_the_order(job: Job, fit: Fit) -> None:
    """A file that moved to another place still holds the weights of its step."""
    config = job(hyperparameters={"maxSteps": 40, "learningRate": 3e-3, "averageTop": 8})
    fit(config)
    state = json.loads((config.job_folder / "state.json").read_text())
    evaluator, model = open_evaluator(config), load_dual_encoder(Path(config.checkpoint), CPU)
    assert len(state["top"]) == 8
    for place, checkpoint in enumerate(state["top"]):
        name = "best" if place == 0 else f"best-{place + 1}"
        model.load_tensors(read_tensors(config.job_folder / f"{name}.safetensors"))
        assert evaluator.choose(model) == checkpoint["evaluation"]["choosing"]


def test_a_single_checkpoint_has_no_average(job: Job, fit: Fit) -> None:
    result = fit(job(hyperparameters={"averageTop": 1})).result
    kinds = [candidate["name"].split()[0] for candidate in result["candidates"]]
    assert kinds == ["start", "step", "alpha", "alpha", "alpha"]


def test_candidates_for_which_there_is_no_time_are_left_out_and_told_of(job: Job, fit: Fit) -> None:
    fit(job(hyperparameters={"maxSteps": 200}))
    config = job(hyperparameters={"maxSteps": 200}, timeLimit=30, resume=True)
    path = config.job_folder / "state.json"
    state = json.loads(path.read_text())
    state["costs"]["evaluation"] = 1000.0  # as on a machine on which validation takes long
    path.write_text(json.dumps(state))
    result = fit(config).result
    assert all(candidate["name"][:5] in ("start", "step ") for candidate in result["candidates"])
    told = [e for e in read_events(config.run_folder) if e["type"] == "warning"]
    assert told[-1]["code"] == "CANDIDATES_SKIPPED"
    assert "average of 3, alpha 0.5, alpha 0.75, alpha 0.25" in told[-1]["message"]


def test_the_time_for_candidates_is_kept_within_a_tenth_of_the_limit() -> None:
    costs = Costs(step=1, evaluation=10, save=1, load=5, choosing_share=0.5)
    assert seconds_for_candidates(costs, 1000, 3) == pytest.approx(1.2 * (5 + 4 * 5 + 10))
    assert seconds_for_candidates(costs, 1000, 1) == pytest.approx(1.2 * (5 + 3 * 5 + 10))
    assert seconds_for_candidates(costs, 100, 3) == pytest.approx(10)
    assert seconds_for_candidates(costs, None, 3) == 0


@pytest.mark.parametrize(
    ("name", "key"), [("t2i.ndcg@5", "t2i.ndcg@5"), ("rsum", "rsum"), ("recall", "i2t.recall")]
)
def test_any_metric_chooses_and_judges(job: Job, fit: Fit, name: str, key: str) -> None:
    config = job(evalMetric=name, hyperparameters={"maxSteps": 60, "learningRate": 3e-3})
    result = fit(config).result
    judged = result["judged"]
    assert (judged["metric"], result["kept"] != "start") == (name, True)
    assert judged["gain"] == pytest.approx(np.mean(judged["candidate"]) - np.mean(judged["start"]))
    assert result["after"][key] > result["before"][key]
    assert len(judged["groups"]) == (32 if name.startswith("t2i") else 48)


def test_a_run_is_not_resumed_by_another_metric(job: Job, fit: Fit) -> None:
    fit(job(hyperparameters={"maxSteps": 2}))
    with pytest.raises(Exception, match="other data, weights or hyperparameters"):
        fit(job(hyperparameters={"maxSteps": 2}, evalMetric="hit@1", resume=True))


def test_images_that_are_held_are_encoded_once(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    config = job()
    evaluator, model = open_evaluator(config), load_dual_encoder(Path(config.checkpoint), CPU)
    expected = evaluator.evaluate(model)
    encode, calls = DualEncoder.encode_images, []

    def counted(self: DualEncoder, pixel_values: torch.Tensor) -> torch.Tensor:
        calls.append(len(pixel_values))
        return encode(self, pixel_values)

    monkeypatch.setattr(DualEncoder, "encode_images", counted)
    evaluator.hold_images()
    for _ in range(2):
        found = evaluator.evaluate(model)
        assert (found.metrics, found.choosing) == (expected.metrics, expected.choosing)
        assert evaluator.choose(model) == expected.choosing
    assert sum(calls) == 32


def test_graded_relevance_counts(job: Job) -> None:
    config = job()
    lines = (Path(config.validation) / "judgements.jsonl").read_text().splitlines()
    graded = [{**json.loads(line), "relevance": 1 + i % 3} for i, line in enumerate(lines)]
    evaluator = open_evaluator(config, "ndcg@5")
    model = load_dual_encoder(Path(config.checkpoint), CPU)
    plain = evaluator.evaluate(model)
    folder = config.job_folder.parent / "graded"
    folder.mkdir(parents=True)
    for name in ("images", "texts"):
        content = (Path(config.validation) / f"{name}.jsonl").read_text()
        (folder / f"{name}.jsonl").write_text(content)
    (folder / "judgements.jsonl").write_text("".join(json.dumps(row) + "\n" for row in graded))
    other = open_evaluator(job(validation=str(folder)), "ndcg@5").evaluate(model)
    assert other.metrics["i2t.hit@5"] == plain.metrics["i2t.hit@5"]
    assert other.metrics["i2t.ndcg@5"] != pytest.approx(plain.metrics["i2t.ndcg@5"], abs=1e-4)


def test_an_orphan_leaves_between_candidates(
    job: Job, fit: Fit, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = StopRequest(threading.Event())
    choose = Evaluator.choose

    def orphan(self: Evaluator, *arguments: Any) -> float:
        stop.orphaned = True
        return choose(self, *arguments)

    monkeypatch.setattr(Evaluator, "choose", orphan)
    with pytest.raises(Orphaned):
        fit(job(hyperparameters={"maxSteps": 3}), stop)
