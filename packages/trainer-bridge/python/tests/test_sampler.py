"""Batches: pure, without doubles, fair."""

import numpy as np

from semblance_trainer.sampler import Sampler

# images 0 … 9; image i has the texts 2i and 2i + 1; texts 1 and 2 read the same
RELEVANT = [np.array([2 * i, 2 * i + 1]) for i in range(10)]
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
    assert all(t in RELEVANT[i] for b in batches for i, t in zip(b.images, b.texts, strict=True))


def test_no_text_stands_twice_in_a_batch_where_another_is_free() -> None:
    made = sampler(batch_size=10)
    drawn = set()
    for step in range(200):
        groups = GROUPS[made.batch(step).texts]
        assert len(set(groups.tolist())) == 10
        drawn |= set(made.batch(step).texts.tolist())
    assert drawn == set(range(20))


def test_a_listed_judgement_in_the_batch_is_a_positive() -> None:
    relevant = [np.array([0]), np.array([0, 1]), np.array([2])]
    made = Sampler(relevant, np.array([0, 1, 2]), np.ones(3, dtype=bool), batch_size=3, seed=1)
    batch = made.batch(0)
    for i, image in enumerate(batch.images):
        for j, text in enumerate(batch.texts):
            assert batch.positives[i, j] == (text in relevant[image])


def test_equal_texts_of_different_images_are_positives_of_both() -> None:
    relevant = [np.array([0]), np.array([1]), np.array([2])]
    made = Sampler(relevant, np.array([0, 0, 2]), np.ones(3, dtype=bool), batch_size=3, seed=1)
    batch = made.batch(4)
    a, b, c = (int(np.flatnonzero(batch.images == i)[0]) for i in range(3))
    assert batch.positives[a, b]
    assert batch.positives[b, a]
    assert not batch.positives[a, c]


def test_a_set_smaller_than_the_batch_and_unreadable_images_work() -> None:
    usable = np.array([True, False] * 5)
    batch = sampler(batch_size=64, usable=usable).batch(3)
    assert sorted(batch.images.tolist()) == [0, 2, 4, 6, 8]
