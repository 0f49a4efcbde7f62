"""Halves that share nothing, and a start that stays unless it is beaten."""

import numpy as np
import pytest

from semblance_trainer.base.metric import parse_metric
from semblance_trainer.evaluation.bootstrap import (
    clustered_interval,
    clustered_intervals,
    clustered_medians_interval,
    resampled_interval,
)
from semblance_trainer.evaluation.halves import split_validation
from semblance_trainer.evaluation.never_worse import Judged, judge


def pairs_of(*pairs: tuple[int, int]) -> np.ndarray:
    return np.array(pairs, dtype=np.int64)


def test_no_image_and_no_text_is_in_both_halves() -> None:
    random = np.random.default_rng(2)
    pairs = np.unique(
        np.stack((random.integers(0, 90, 120), random.integers(0, 130, 120)), 1), axis=0
    )
    halves = split_validation(pairs, 90, 130, seed=1)
    assert halves.separate
    assert (halves.image_half[pairs[:, 0]] == halves.text_half[pairs[:, 1]]).all()
    sizes = [len(halves.rows(half)[0]) for half in (0, 1)]
    assert abs(sizes[0] - sizes[1]) <= 1


def test_a_text_of_many_images_does_not_bind_them() -> None:
    pairs = pairs_of(*((i, i) for i in range(8)), *((i, 8) for i in range(8)))
    halves = split_validation(pairs, 8, 9, seed=1)
    assert halves.separate
    assert halves.text_half[8] == -1
    assert sorted(halves.image_half.tolist()) == [0] * 4 + [1] * 4


def test_data_that_hangs_together_is_used_whole_and_says_so() -> None:
    chain = pairs_of(*((i, i) for i in range(6)), *((i, i + 1) for i in range(6)))
    halves = split_validation(chain, 6, 7, seed=1)
    assert not halves.separate
    assert len(halves.rows(0)[0]) == len(halves.rows(1)[0]) == 6


def decide(start: list[float], candidate: list[float], **options: object) -> Judged:
    """Judge queries that are clusters of their own."""
    given = {"groups": np.arange(len(start)), "metric": "mrr", "chosen": True, "rule": "mean"}
    given |= options
    return judge(
        np.array(start),
        np.array(candidate),
        given.pop("groups"),
        metric=parse_metric(str(given.pop("metric"))),
        seed=0,
        **given,
    )


def test_the_start_stays_unless_the_mean_rises() -> None:
    assert decide([0.5, 0.5], [0.6, 0.5]).is_better
    assert not decide([0.5, 0.5], [0.5, 0.5]).is_better
    assert not decide([0.5, 0.5], [0.6, 0.1]).is_better


def test_a_median_is_judged_by_the_medians() -> None:
    start, candidate = [-9.0, -5, -4, -3, -2], [-50.0, -4, -3, -2, -1]
    judged = decide(start, candidate, metric="medr")
    assert (judged.gain, judged.is_better) == (1, True)
    assert judged.as_json()["metric"] == "medr"
    assert decide(start, candidate, metric="meanr").gain == pytest.approx(-37 / 5)


def test_a_candidate_that_lost_on_the_choosing_half_is_not_kept() -> None:
    assert not decide([0.5, 0.5], [0.6, 0.6], chosen=False).is_better


def test_significant_demands_an_interval_above_zero() -> None:
    start = [0.5] * 40
    mixed = [0.9 if i % 2 else 0.15 for i in range(40)]
    assert decide(start, mixed).is_better
    assert not decide(start, mixed, rule="significant").is_better
    assert decide(start, [0.6] * 40, rule="significant").is_better


def test_the_interval_of_two_clusters_is_worked_by_hand() -> None:
    # clusters {0, 0, 0} and {1}: means 0 (p 1/4), (0+0+0+1)/4 (p 1/2), 1 (p 1/4)
    low, high = clustered_interval(np.array([0.0, 0, 0, 1]), np.array([5, 5, 5, 9]), seed=0)
    assert (low, high) == (0.0, 1.0)
    same = clustered_interval(np.full(12, 0.25), np.arange(12) // 3, seed=0)
    assert same == pytest.approx((0.25, 0.25))


def test_the_interval_is_wider_when_queries_hang_together() -> None:
    gains = np.repeat(np.random.default_rng(4).normal(size=30), 10)
    together = clustered_interval(gains, np.repeat(np.arange(30), 10), seed=0)
    apart = clustered_interval(gains, np.arange(300), seed=0)
    assert together[1] - together[0] > 2 * (apart[1] - apart[0])
    standard_error = np.std(gains[::10]) / np.sqrt(30)
    assert together[1] - together[0] == pytest.approx(2 * 1.96 * standard_error, rel=0.15)


def test_an_interval_corrects_the_bias_and_is_moved_outwards_for_few_clusters() -> None:
    samples = np.arange(10_001) / 10_000
    # Nine degrees of freedom: t = 2.2622, and 2.2622 * sqrt(10 / 9) = 2.3846, below it 0.9915.
    assert resampled_interval(samples, 0.5, 10) == pytest.approx((0.0085, 0.9915), abs=1e-4)
    # A share of 0.6 below the figure: twice z(0.6) = 0.5067 moves both ends up.
    assert resampled_interval(samples, 0.6, 10_000) == pytest.approx((0.0731, 0.9932), abs=1e-4)


def test_several_means_see_the_same_draws() -> None:
    gains = np.random.default_rng(5).normal(size=(40, 2))
    groups = np.arange(40) // 2
    together = clustered_intervals(gains, groups, seed=3)
    apart = [clustered_interval(gains[:, i], groups, seed=3) for i in range(2)]
    assert np.array(together) == pytest.approx(np.array(apart))


def test_the_interval_of_medians_is_that_of_the_resampled_data() -> None:
    random = np.random.default_rng(6)
    start, candidate = random.normal(size=30).round(1), random.normal(size=30).round(1)
    groups = np.arange(30) // 2
    draws = np.random.default_rng(9)
    gains = []
    for _ in range(20):
        for drawn in draws.integers(0, 15, (100, 15)):
            rows = np.concatenate([np.flatnonzero(groups == group) for group in drawn])
            gains.append(np.median(candidate[rows]) - np.median(start[rows]))
    expected = resampled_interval(
        np.array(gains), float(np.median(candidate) - np.median(start)), 15
    )
    assert clustered_medians_interval(start, candidate, groups, seed=9) == pytest.approx(expected)


def test_one_cluster_says_nothing() -> None:
    one = {"groups": np.array([1, 1])}
    assert clustered_interval(np.array([0.3, 0.2]), np.array([1, 1]), seed=0) is None
    judged = decide([0.5, 0.5], [0.8, 0.7], **one)
    assert judged.is_better
    assert "interval" not in judged.as_json()
    assert not decide([0.5, 0.5], [0.8, 0.7], rule="significant", **one).is_better
    assert decide([-2, -2], [-1, -1], metric="medr", **one).interval is None


def test_queries_without_relevant_items_are_left_out() -> None:
    judged = decide([0.5, np.nan], [0.75, np.nan])
    assert judged.gain == 0.25
    assert len(judged.start) == 1
