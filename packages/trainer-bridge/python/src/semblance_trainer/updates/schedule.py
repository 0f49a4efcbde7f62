"""How many updates there will be, when to look at validation, and each update's learning rate."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["EVALUATIONS", "Plan", "Speed", "first_plan", "learning_rate_at", "make_plan"]

EVALUATIONS = 8
_EPOCHS = 10  # without a time limit and without maxSteps
_PROVISIONAL = 1_000


@dataclass(frozen=True)
class Plan:
    """Stored with the run, so that a resumed one follows the same schedule.

    Attributes:
        total: updates; the cosine ends there.
        evaluation_every: updates between evaluations.
        final: False while the speed is being measured.
        correct_at: the update after which a plan made for a time limit is made once more, from the
            speed since; None when it stays as it is.
    """

    total: int
    evaluation_every: int
    final: bool
    correct_at: int | None = None


@dataclass(frozen=True)
class Speed:
    """Seconds of one update, of one evaluation, of saving a checkpoint."""

    step: float
    evaluation: float
    save: float


def learning_rate_at(step: int, plan: Plan, peak: float, warmup: float) -> float:
    """Return the rate of an update counted from 0: linear warm-up, then half a cosine to 0.

    The schedule of CLIP (Radford et al. 2021, arXiv:2103.00020, section 2.5; the cosine is
    Loshchilov & Hutter 2017, arXiv:1608.03983) over `plan.total` updates.
    """
    rising = max(1, round(warmup * plan.total))
    if step < rising:
        return peak * (step + 1) / rising
    progress = (step - rising) / max(1, plan.total - rising)
    return peak * 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))


def first_plan(
    max_steps: int | None, limit: float | None, interval: float | None, steps_per_epoch: int
) -> Plan:
    """Return the plan before the speed is known; it is final when no clock has a say.

    Until a plan is final the rate rises as if 1,000 updates were to come, and validation waits.
    """
    if limit is not None:
        return Plan(max_steps or _PROVISIONAL, 1, False)
    total = max_steps or _EPOCHS * steps_per_epoch
    return Plan(total, math.ceil(total / EVALUATIONS), interval is None)


def make_plan(
    step: int,
    seconds_left: float,
    speed: Speed,
    *,
    interval: float,
    most: int | None,
) -> Plan:
    """Fit the schedule to the time left after `step` updates.

    `seconds_left` is for updates and evaluations alone (the end is reserved elsewhere);
    `interval` is the wanted seconds between evaluations, stretched so that looking costs at most
    a fifth of the time; `most` bounds the updates.
    """
    looking = speed.evaluation + speed.save
    interval = max(interval, 5 * looking)
    every = max(1, int((interval - looking) / speed.step))
    if math.isinf(seconds_left):
        total = step + 1 if most is None else most
    else:
        share = every * speed.step / (every * speed.step + looking)
        total = step + max(1, int(seconds_left * share / speed.step))
        total = total if most is None else min(total, most)
    return Plan(max(total, step + 1), every, True)
