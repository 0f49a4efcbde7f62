"""The schedule fits the time there is."""

import math

import pytest

from semblance_trainer.updates.learning_rate import automatic_learning_rate
from semblance_trainer.updates.schedule import Plan, Speed, first_plan, learning_rate_at, make_plan


def test_the_rate_rises_to_its_peak_and_falls_to_zero() -> None:
    plan = Plan(100, 10, True)
    rates = [learning_rate_at(step, plan, 2.0, 0.1) for step in range(101)]
    assert rates[:3] == pytest.approx([0.2, 0.4, 0.6])
    assert max(rates) == rates[9] == rates[10] == 2.0
    assert rates[55] == pytest.approx(1.0)
    assert rates[100] == pytest.approx(0.0)


def test_updates_and_evaluations_fill_the_seconds_left() -> None:
    plan = make_plan(10, 50.0, Speed(0.1, 0.4, 0.1), interval=5.5, most=None)
    assert plan.evaluation_every == 50  # 50 updates of 0.1 s and 0.5 s of looking are 5.5 s
    assert plan.total == 10 + math.floor(50 / 5.5 * 50)


def test_costly_evaluations_are_made_less_often() -> None:
    plan = make_plan(0, 100.0, Speed(0.1, 4.0, 0.0), interval=5.0, most=None)
    spent = plan.evaluation_every * 0.1
    assert 4.0 / (4.0 + spent) <= 0.2


def test_max_steps_bounds_the_plan() -> None:
    assert make_plan(5, 100.0, Speed(0.1, 0.1, 0.1), interval=5.0, most=40).total == 40


def test_without_a_clock_the_plan_is_final_from_the_start() -> None:
    assert first_plan(80, None, None, 5) == Plan(80, 10, True)
    assert first_plan(None, None, None, 5) == Plan(50, 7, True)
    assert not first_plan(None, 60.0, None, 5).final


def test_the_automatic_rate_spares_a_pretrained_model() -> None:
    assert automatic_learning_rate(0.5, 0.05, 768) == pytest.approx(1e-5)
    assert automatic_learning_rate(0.5, 0.05, 1024) < 1e-5
    assert automatic_learning_rate(0.5, 0.05, 32) == 2e-4
    assert automatic_learning_rate(0.07, 0.05, 96) == 1e-3
    assert automatic_learning_rate(0.07, 0.05, 768) == pytest.approx(5e-4, rel=0.01)


def test_fewer_weights_are_trained_at_higher_rates() -> None:
    assert automatic_learning_rate(0.5, 0.05, 768, "lora") == pytest.approx(1e-4)
    assert automatic_learning_rate(0.5, 0.05, 768, "bitfit") == pytest.approx(1e-4)
    assert automatic_learning_rate(0.5, 0.05, 768, "lit") == pytest.approx(1e-5)
