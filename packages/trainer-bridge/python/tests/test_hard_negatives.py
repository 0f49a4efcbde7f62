"""Hard negatives: which they are, and that they meet in batches, those of a resumed run too."""

import json
import math
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from conftest import Fit, Job, read_events
from semblance_trainer.base.events import EventWriter
from semblance_trainer.base.negative_rules import HardNegatives
from semblance_trainer.base.stop import StopRequest
from semblance_trainer.batches import hard_negatives
from semblance_trainer.batches.hard_negatives import (
    NegativeTable,
    find_hard_negatives,
    pack_hard_negatives,
)
from semblance_trainer.batches.sampler import Sampler
from semblance_trainer.data.relevance import merge_pairs
from semblance_trainer.models.checkpoint import read_tensors

COUNT = 40


def vectors(seed: int) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(COUNT, 6)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


IMAGES = vectors(1)
TEXTS = (IMAGES + 0.6 * vectors(2)) / np.linalg.norm(
    IMAGES + 0.6 * vectors(2), axis=1, keepdims=True
)
KNOWN = [np.array([(i + 1) % COUNT, (i + 7) % COUNT]) for i in range(COUNT)]


def find(rules: HardNegatives, seed: int = 0) -> list[list[int]]:
    random = np.random.default_rng(seed)
    found = find_hard_negatives(IMAGES, TEXTS, KNOWN, rules, random)
    return [[c for c in row if c >= 0] for row in found.tolist()]


def plain(rules: HardNegatives, image: int) -> list[int]:
    """Return all that the rules leave of an image's candidates, most similar first."""
    scores = [
        math.fsum(float(a) * float(b) for a, b in zip(IMAGES[image], text, strict=True))
        for text in TEXTS
    ]
    own = scores[image]
    others = [j for j in range(COUNT) if j != image and j not in KNOWN[image]]
    others.sort(key=lambda j: -scores[j])
    left = [
        j
        for j in others[: rules.range_max]
        if (rules.min_score is None or scores[j] >= rules.min_score)
        and (rules.max_score is None or scores[j] <= rules.max_score)
        and (rules.absolute_margin is None or scores[j] + rules.absolute_margin <= own)
        and (rules.relative_margin is None or scores[j] <= own * (1 - rules.relative_margin))
    ]
    return left[rules.range_min :]


RULES = [
    HardNegatives(),
    HardNegatives(relative_margin=None, per_item=COUNT),
    HardNegatives(range_min=2, range_max=9, per_item=COUNT),
    HardNegatives(min_score=0.1, max_score=0.6, relative_margin=None, per_item=5),
    HardNegatives(absolute_margin=0.3, relative_margin=None, per_item=2),
]


@pytest.mark.parametrize("rules", RULES)
def test_the_most_similar_within_the_rules_are_found(rules: HardNegatives) -> None:
    assert find(rules) == [plain(rules, image)[: rules.per_item] for image in range(COUNT)]


def test_any_of_them_are_drawn_at_random(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = HardNegatives(sampling="random", range_max=12)
    found = find(rules)
    for image, row in enumerate(found):
        left = plain(rules, image)
        assert len(set(row)) == len(row) == min(3, len(left))
        assert set(row) <= set(left)
    assert found != find(rules, seed=1)
    monkeypatch.setattr(hard_negatives, "_SCORES_AT_ONCE", 1)  # an image at a time
    assert found == find(rules)


def table() -> NegativeTable:
    """Return for image i the captions 2 (i + 10) and 2 (i + 11) of the images after next ten."""
    images = np.arange(20)
    others = (images[:, None] + np.array([10, 11])) % 20
    return NegativeTable(images, others, others * 2)


def test_packing_brings_negatives_together_and_keeps_every_image_once() -> None:
    order = np.random.default_rng(3).permutation(20)
    images, captions = pack_hard_negatives(order, table())
    assert sorted(images.tolist()) == list(range(20))
    assert images[:3].tolist() == [order[0], (order[0] + 10) % 20, (order[0] + 11) % 20]
    assert captions[:3].tolist() == [-1, 2 * images[1], 2 * images[2]]


def test_an_image_with_fewer_negatives_is_packed_with_those() -> None:
    few = NegativeTable(np.array([4]), np.array([[7, -1]]), np.array([[14, -1]]))
    images, captions = pack_hard_negatives(np.array([1, 4, 2, 7, 0]), few)
    assert images.tolist() == [1, 4, 7, 2, 0]
    assert captions.tolist() == [-1, -1, 14, -1, -1]


def test_batches_hold_the_hard_captions_and_stay_pure() -> None:
    rows = np.arange(40)
    relevant = merge_pairs(rows // 2, rows, np.ones(40, dtype=np.float32), 20)

    def sampler() -> Sampler:
        made = Sampler(relevant, rows, np.ones(20, dtype=bool), batch_size=10, seed=5)
        made.use_negatives(table())
        return made

    one, other = sampler(), sampler()
    met = 0
    for step in (3, 0, 2, 1):
        batch = one.batch(step)
        np.testing.assert_array_equal(batch.images, other.batch(step).images)
        np.testing.assert_array_equal(batch.texts, other.batch(step).texts)
        assert len(set(batch.texts.tolist())) == 10
        assert (batch.texts // 2 == batch.images).all()
        there = set(batch.images.tolist())
        met += sum((image + 10) % 20 in there for image in there)
    plain_sampler = Sampler(relevant, rows, np.ones(20, dtype=bool), batch_size=10, seed=5)
    batches = [set(plain_sampler.batch(step).images.tolist()) for step in range(4)]
    assert met > sum((image + 10) % 20 in there for there in batches for image in there)


def settings(**more: object) -> dict[str, object]:
    rules = {"perItem": 2, "relativeMargin": None}
    h = {"maxSteps": 60, "learningRate": 1e-3, "hardNegatives": rules, **more}
    return {"hyperparameters": h}


def test_a_resumed_run_packs_what_the_uninterrupted_one_does(
    job: Job, fit: Fit, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = settings(maxSteps=21)  # three steps an epoch
    whole, parts = job("whole", **few), job("parts", **few)
    fit(whole)
    tell, stop = EventWriter.step, StopRequest(threading.Event())
    for last, resume in ((7, False), (12, True)):  # in an epoch, and before one

        def step(events: EventWriter, *, last: int = last, **facts: Any) -> None:
            tell(events, **facts)
            if facts["step"] == last:
                stop.event.set()

        stop.event.clear()
        monkeypatch.setattr(EventWriter, "step", step)
        fit(job("parts", **few, resume=resume), stop)
    monkeypatch.undo()
    fit(job("parts", **few, resume=True))
    state = json.loads((parts.job_folder / "state.json").read_text())
    assert (state["step"], state["negativesAt"]) == (21, 18)
    for name in ("last", "negatives"):
        one, other = (read_tensors(c.job_folder / f"{name}.safetensors") for c in (whole, parts))
        assert all(torch.equal(one[key], other[key]) for key in one)
    mined = read_tensors(whole.job_folder / "negatives.safetensors")
    assert mined["texts"].shape == (48, 2)
    own = mined["texts"] // 2  # two texts an image
    assert torch.equal(own[own >= 0], mined["others"][own >= 0])
    assert (mined["others"] != mined["images"][:, None]).all()


def test_what_is_mined_changes_the_training(job: Job, fit: Fit) -> None:
    few = {"maxSteps": 9}
    runs = [job("with", **settings(**few)), job("without", **settings(hardNegatives=None, **few))]
    for run in runs:
        fit(run)
    one, other = (read_tensors(run.job_folder / "last.safetensors") for run in runs)
    assert not torch.equal(one["logit_scale"], other["logit_scale"])
    assert not (runs[1].job_folder / "negatives.safetensors").exists()


def test_rules_that_leave_no_caption_are_warned_of_once(job: Job, fit: Fit) -> None:
    config = job(**settings(maxSteps=7, hardNegatives={"minScore": 2}))
    fit(config)
    codes = [e["code"] for e in read_events(config.run_folder) if e["type"] == "warning"]
    assert codes == ["NEGATIVES_NOT_FOUND"]


def test_without_time_batches_stay_as_they_are_and_a_warning_says_so(
    job: Job, fit: Fit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("semblance_trainer.batches.negative_search._SHARE", 0.0)
    config = job(timeLimit=60, **settings(maxSteps=8))
    fit(config)
    codes = [e["code"] for e in read_events(config.run_folder) if e["type"] == "warning"]
    assert codes.count("NEGATIVES_NOT_MINED") == 1
    assert not Path(config.job_folder / "negatives.safetensors").exists()
