"""Ranks under ties against every order that the ties allow."""

import tracemalloc
from itertools import permutations

import numpy as np
import pytest

from semblance_trainer.ranking import (
    expected_hit,
    expected_reciprocal_rank,
    random_mean_reciprocal_rank,
    rank_queries,
)


def by_enumeration(scores: list[float], relevant: set[int], k: int) -> tuple[float, float]:
    """Return (reciprocal rank, hit@k) averaged over all orders in which no score goes up."""
    ranks = []
    for order in permutations(range(len(scores))):
        if all(scores[a] >= scores[b] for a, b in zip(order, order[1:], strict=False)):
            ranks.append(1 + min(order.index(item) for item in relevant))
    return float(np.mean([1 / r for r in ranks])), float(np.mean([r <= k for r in ranks]))


@pytest.mark.parametrize(
    ("scores", "relevant"),
    [
        ([0.5, 0.5, 0.5, 0.5, 0.5, 0.5], {1, 4}),
        ([0.9, 0.5, 0.5, 0.5, 0.1, 0.5], {2, 4}),
        ([0.9, 0.9, 0.5, 0.5, 0.5, 0.1], {2, 3, 4}),
        ([0.9, 0.8, 0.7, 0.6, 0.5, 0.4], {3}),
        ([0.2, 0.2, 0.9, 0.1, 0.1, 0.1], {2, 0}),
    ],
)
def test_ranks_are_the_mean_over_all_orders_of_the_ties(
    scores: list[float], relevant: set[int]
) -> None:
    gallery = np.array(scores, dtype=np.float32)[:, None]
    query = np.ones((1, 1), dtype=np.float32)
    found = rank_queries(query, gallery, [np.array(sorted(relevant))])
    for column, k in enumerate((1, 5)):
        reciprocal, hit = by_enumeration(scores, relevant, k)
        assert found.reciprocal[0] == pytest.approx(reciprocal)
        assert found.hits[0, column] == pytest.approx(hit)


def test_a_query_without_relevant_items_has_no_rank() -> None:
    found = rank_queries(
        np.ones((1, 2), np.float32), np.ones((3, 2), np.float32), [np.array([], int)]
    )
    assert np.isnan(found.reciprocal).all()
    assert np.isnan(found.hits).all()


def test_blocks_change_nothing() -> None:
    random = np.random.default_rng(1)
    queries = random.normal(size=(1100, 3)).astype(np.float32)
    gallery = random.normal(size=(40, 3)).astype(np.float32)
    relevant = [np.array([i % 40]) for i in range(1100)]
    found = rank_queries(queries, gallery, relevant).reciprocal
    scores = (queries.astype(np.float64) @ gallery.astype(np.float64).T).astype(np.float32)
    expected = [1 / (1 + (scores[i] > scores[i, i % 40]).sum()) for i in range(1100)]
    np.testing.assert_allclose(found, expected)


def test_a_large_tie_is_counted_without_overflow() -> None:
    assert expected_reciprocal_rank(0, 5000, 2500) == pytest.approx(
        sum(0.5**p / p for p in range(1, 60)), rel=1e-3
    )
    assert expected_hit(0, 5000, 1, 10) == pytest.approx(10 / 5000)
    assert expected_hit(3, 5, 2, 3) == 0.0


def test_chance_is_the_harmonic_mean_rank() -> None:
    expected = np.mean(1 / np.arange(1, 11))
    assert random_mean_reciprocal_rank([np.array([3])], 10) == pytest.approx(expected)


def test_memory_is_bounded_whatever_the_gallery() -> None:
    random = np.random.default_rng(3)
    gallery = random.normal(size=(60_000, 2)).astype(np.float32)
    queries = random.normal(size=(300, 2)).astype(np.float32)
    tracemalloc.start()
    try:
        rank_queries(queries, gallery, [np.array([i]) for i in range(300)])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= 64e6 + gallery.size * 8
