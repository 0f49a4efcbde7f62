"""Ranks under ties against every order that the ties allow."""

import tracemalloc
from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pytest

from semblance_trainer.base.metric import parse_metric
from semblance_trainer.evaluation.metric_values import named_values, query_values, summarize
from semblance_trainer.evaluation.query_metrics import (
    average_precisions,
    first_ranks,
    hits,
    ndcgs,
    random_mean_reciprocal_rank,
    recalls,
    reciprocal_ranks,
    relevant_found,
)
from semblance_trainer.evaluation.ranking import Ranked, RelevantItems, rank_queries

Grades = dict[int, float]


def relevant_items(grades: Sequence[Grades]) -> RelevantItems:
    counts = [len(own) for own in grades]
    items = np.array([item for own in grades for item in own], dtype=np.int64)
    values = np.array([grade for own in grades for grade in own.values()], dtype=np.float64)
    return RelevantItems(np.concatenate(([0], np.cumsum(counts))).astype(np.int64), items, values)


def rank_scores(scores: list[float], grades: Grades, *, complete: bool) -> Ranked:
    """Rank a gallery whose items score so with one query."""
    gallery = np.array(scores, dtype=np.float32)[:, None]
    query = np.ones((1, 1), dtype=np.float32)
    return rank_queries(query, gallery, relevant_items([grades]), complete=complete)


def of_order(order: Sequence[int], grades: Grades, k: int) -> list[float]:
    """Return the metrics of one order without ties, by their definitions."""
    found = [grades.get(item, 0.0) for item in order]
    places = [i + 1 for i, grade in enumerate(found) if grade > 0]
    within = [place for place in places if place <= k]
    best = sorted(grades.values(), reverse=True)
    gained, ideal = (
        sum(grade / np.log2(i + 2) for i, grade in enumerate(row[:k])) for row in (found, best)
    )
    return [
        1 / places[0],
        places[0],
        float(places[0] <= k),
        1 / places[0] if within else 0.0,
        len(within),
        len(within) / len(grades),
        sum((i + 1) / place for i, place in enumerate(within)) / len(grades),
        gained / ideal,
    ]


def by_enumeration(scores: list[float], grades: Grades, k: int) -> list[float]:
    """Return them averaged over all orders in which no score goes up."""
    orders = [
        of_order(order, grades, k)
        for order in permutations(range(len(scores)))
        if all(scores[a] >= scores[b] for a, b in zip(order, order[1:], strict=False))
    ]
    return np.mean(orders, axis=0).tolist()


CASES: list[tuple[list[float], Grades]] = [
    ([0.5, 0.5, 0.5, 0.5, 0.5, 0.5], {1: 1, 4: 0.5}),
    ([0.9, 0.5, 0.5, 0.5, 0.1, 0.5], {2: 0.25, 4: 1}),
    ([0.9, 0.9, 0.5, 0.5, 0.5, 0.1], {2: 1, 3: 1, 4: 2}),
    ([0.9, 0.8, 0.7, 0.6, 0.5, 0.4], {3: 1}),
    ([0.2, 0.2, 0.9, 0.1, 0.1, 0.1], {2: 3, 0: 1}),
    ([0.2, 0.9, 0.2, 0.2, 0.1, 0.1], {0: 1, 1: 1, 3: 2, 5: 1}),
]


@pytest.mark.parametrize(("scores", "grades"), CASES)
@pytest.mark.parametrize("k", [1, 3, 5, 9])
def test_metrics_are_the_mean_over_all_orders_of_the_ties(
    scores: list[float], grades: Grades, k: int
) -> None:
    ranked = rank_scores(scores, grades, complete=True)
    found = [
        *(reciprocal_ranks(ranked), first_ranks(ranked), hits(ranked, k)),
        *(reciprocal_ranks(ranked, k), relevant_found(ranked, k), recalls(ranked, k)),
        *(average_precisions(ranked, k), ndcgs(ranked, k)),
    ]
    assert np.concatenate(found) == pytest.approx(by_enumeration(scores, grades, k))


@pytest.mark.parametrize(("scores", "grades"), CASES)
def test_the_first_groups_alone_are_those_of_all(scores: list[float], grades: Grades) -> None:
    first, every = (rank_scores(scores, grades, complete=complete) for complete in (False, True))
    assert len(first.query) == 1
    for values in (reciprocal_ranks, first_ranks, lambda ranked: hits(ranked, 2)):
        assert values(first) == values(every)


@pytest.mark.parametrize("complete", [False, True])
def test_a_query_without_relevant_items_has_no_rank(complete: bool) -> None:
    ones = np.ones((3, 2), np.float32)
    nothing = rank_queries(ones, ones, relevant_items([{}, {}, {}]), complete=complete)
    assert np.isnan(reciprocal_ranks(nothing)).all()
    some = rank_queries(ones, ones, relevant_items([{}, {2: 1}, {}]), complete=complete)
    assert np.isnan(hits(some, 1)).tolist() == [True, False, True]
    assert np.isnan(ndcgs(some, 1)).tolist() == [True, False, True]


@pytest.mark.parametrize("complete", [False, True])
def test_blocks_change_nothing(complete: bool) -> None:
    random = np.random.default_rng(1)
    queries = random.normal(size=(1100, 3)).astype(np.float32)
    gallery = random.normal(size=(40, 3)).astype(np.float32)
    grades: list[Grades] = [{i % 40: 1} for i in range(1100)]
    found = rank_queries(queries, gallery, relevant_items(grades), complete=complete)
    scores = (queries.astype(np.float64) @ gallery.astype(np.float64).T).astype(np.float32)
    expected = [1 / (1 + (scores[i] > scores[i, i % 40]).sum()) for i in range(1100)]
    np.testing.assert_allclose(reciprocal_ranks(found), expected)


def test_a_large_tie_is_counted_without_overflow() -> None:
    half: Grades = dict.fromkeys(range(2500), 1.0)
    tied = rank_scores([1.0] * 5000, half, complete=False)
    expected = sum(0.5**p / p for p in range(1, 60))
    assert reciprocal_ranks(tied)[0] == pytest.approx(expected, rel=1e-3)
    alone = rank_scores([1.0] * 5000, {7: 1}, complete=False)
    assert hits(alone, 10)[0] == pytest.approx(10 / 5000)


def test_chance_is_the_harmonic_mean_rank() -> None:
    expected = np.mean(1 / np.arange(1, 11))
    assert random_mean_reciprocal_rank(np.array([1, 0]), 10) == pytest.approx(expected)


@pytest.mark.parametrize("complete", [False, True])
def test_memory_is_bounded_whatever_the_gallery(complete: bool) -> None:
    random = np.random.default_rng(3)
    gallery = random.normal(size=(60_000, 2)).astype(np.float32)
    queries = random.normal(size=(300, 2)).astype(np.float32)
    relevant = relevant_items([{i: 1} for i in range(300)])
    tracemalloc.start()
    try:
        rank_queries(queries, gallery, relevant, complete=complete)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= 64e6 + gallery.size * 8


def both_ways() -> tuple[Ranked, Ranked]:
    """Rank with hit@1 of 1/2 from text to image and 1/3 from image to text."""
    found, missed = ([0.9, 0.1], {0: 1.0}), ([0.1, 0.9], {0: 1.0})
    gallery = np.array([[1, 0], [0, 1]], dtype=np.float32)

    def rank(cases: list[tuple[list[float], Grades]]) -> Ranked:
        queries = np.array([scores for scores, _ in cases], dtype=np.float32)
        return rank_queries(queries, gallery, relevant_items([g for _, g in cases]), complete=True)

    return rank([found, missed]), rank([found, missed, missed])


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("hit@1", 2 / 5, {"t2i.hit@1": 1 / 2, "i2t.hit@1": 1 / 3}),
        ("i2t.hit@1", 1 / 3, {"i2t.hit@1": 1 / 3}),
        ("hit", (2 / 5 + 1 + 1) / 3, {"t2i.hit": 5 / 6, "i2t.hit": 7 / 9}),
        ("mrr", 3.5 / 5, {"t2i.mrr": 3 / 4, "i2t.mrr": 2 / 3}),
        ("rsum", 100 * (1 / 2 + 1 / 3 + 4), {"rsum": 100 * (1 / 2 + 1 / 3 + 4)}),
        ("t2i.medr", -1.5, {"t2i.medr": 1.5}),
        ("medr", -2, {"t2i.medr": 1.5, "i2t.medr": 2}),
        ("meanr", -8 / 5, {"t2i.meanr": 3 / 2, "i2t.meanr": 5 / 3}),
    ],
)
def test_a_metric_is_known_by_its_name(name: str, value: float, named: dict[str, float]) -> None:
    metric, both = parse_metric(name), both_ways()
    values = query_values(metric, both)
    assert len(values) == 5
    assert summarize(metric, values) == pytest.approx(value)
    assert named_values(metric, both) == pytest.approx(named)
