"""Batches: pure, without doubles, fair."""

import numpy as np
from numpy.typing import NDArray

from semblance_trainer.batches.sampler import Sampler
from semblance_trainer.data.relevance import Relevance, merge_pairs, scale_relevance


def judged(images: int, *pairs: tuple[int, int, float]) -> Relevance:
    rows, texts, values = zip(*pairs, strict=True)
    return merge_pairs(np.array(rows), np.array(texts), np.array(values, dtype=np.float32), images)


# images 0 … 9; image i has the texts 2i and 2i + 1; texts 1 and 2 read the same
RELEVANT = judged(10, *((t // 2, t, 1.0) for t in range(20)))
GROUPS = np.array([0, 1, 1, *range(3, 20)])
ALL = np.ones(10, dtype=bool)


def sampler(batch_size: int = 4, seed: int = 7, usable: np.ndarray = ALL) -> Sampler:
    return Sampler(RELEVANT, GROUPS, usable, batch_size=batch_size, seed=seed)


def test_a_batch_depends_on_seed_and_step_alone() -> None:
    one, other = sampler(), sampler()
    for step in (5, 0, 31):
        a, b = one.batch(step), other.batch(step)
        np.testing.assert_array_equal(a.images, b.images)
        np.testing.assert_array_equal(a.texts, b.texts)
        np.testing.assert_array_equal(a.crops, b.crops)
    assert any((sampler(seed=8).batch(0).images != sampler().batch(0).images).tolist())


def test_an_epoch_has_every_image_once_in_batches_of_like_size() -> None:
    made = sampler()
    batches = [made.batch(step) for step in range(made.steps_per_epoch)]
    assert sorted(np.concatenate([b.images for b in batches]).tolist()) == list(range(10))
    assert sorted(len(b.images) for b in batches) == [3, 3, 4]
    assert all(t // 2 == i for b in batches for i, t in zip(b.images, b.texts, strict=True))


def test_no_text_stands_twice_in_a_batch_where_another_is_free() -> None:
    made = sampler(batch_size=10)
    drawn = set()
    for step in range(200):
        groups = GROUPS[made.batch(step).texts]
        assert len(set(groups.tolist())) == 10
        drawn |= set(made.batch(step).texts.tolist())
    assert drawn == set(range(20))


def test_a_listed_judgement_in_the_batch_is_a_positive() -> None:
    relevant = judged(3, (0, 0, 1), (1, 0, 1), (1, 1, 1), (2, 2, 1))
    made = Sampler(relevant, np.array([0, 1, 2]), np.ones(3, dtype=bool), batch_size=3, seed=1)
    batch = made.batch(0)
    for i, image in enumerate(batch.images):
        for j, text in enumerate(batch.texts):
            assert batch.targets[i, j] == (text in relevant.relevant_texts(image))


def test_equal_texts_of_different_images_are_positives_of_both() -> None:
    relevant = judged(3, (0, 0, 1), (1, 1, 1), (2, 2, 1))
    made = Sampler(relevant, np.array([0, 0, 2]), np.ones(3, dtype=bool), batch_size=3, seed=1)
    batch = made.batch(4)
    a, b, c = (int(np.flatnonzero(batch.images == i)[0]) for i in range(3))
    assert batch.targets[a, b]
    assert batch.targets[b, a]
    assert not batch.targets[a, c]


def test_a_set_smaller_than_the_batch_and_unreadable_images_work() -> None:
    usable = np.array([True, False] * 5)
    batch = sampler(batch_size=64, usable=usable).batch(3)
    assert sorted(batch.images.tolist()) == [0, 2, 4, 6, 8]


def test_targets_are_graded_and_tell_what_is_unknown() -> None:
    # texts 1 and 3 read the same; image 0 is unknown with text 2, image 2 with text 1 alone
    relevant = judged(
        3, (0, 0, 0.5), (0, 2, np.nan), (1, 1, 1.0), (2, 2, 1.0), (2, 1, np.nan), (2, 3, 0.25)
    )
    made = Sampler(relevant, np.array([0, 1, 2, 1]), np.ones(3, dtype=bool), batch_size=3, seed=1)
    found: dict[tuple[int, int], float] = {}
    for step in range(20):
        batch = made.batch(step)
        for (i, j), value in np.ndenumerate(batch.targets):
            found[int(batch.images[i]), int(batch.texts[j])] = float(value)
    assert found[0, 0] == 0.5
    assert np.isnan(found[0, 2])
    assert found[1, 1] == 1
    assert found[2, 1] == 0.25  # known of the equal text
    assert found[1, 0] == found[0, 1] == 0


def test_grades_above_one_are_scaled_by_the_largest() -> None:
    grades = np.array([0, 1, 3, np.nan], dtype=np.float32)
    np.testing.assert_allclose(scale_relevance(grades), [0, 1 / 3, 1, np.nan], rtol=1e-6)
    np.testing.assert_array_equal(scale_relevance(grades[:2] / 2), [0, 0.5])


def test_of_a_pair_that_is_listed_twice_the_largest_known_value_counts() -> None:
    pairs = judged(2, (1, 5, np.nan), (1, 5, 0.5), (1, 5, 0.75), (0, 3, np.nan), (0, 3, 0.0))
    rows: list[tuple[NDArray[np.int64], NDArray[np.float32]]] = [pairs.of(0), pairs.of(1)]
    assert rows[0][0].tolist() == []  # known to be irrelevant
    assert (rows[1][0].tolist(), rows[1][1].tolist()) == ([5], [0.75])
