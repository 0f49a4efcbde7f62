"""How fast a run's updates are, and how many of them there is time for."""

from __future__ import annotations

import math
import statistics
from dataclasses import replace

from semblance_trainer.base.clock import Clock
from semblance_trainer.base.config import Hyperparameters
from semblance_trainer.fit.reserve import seconds_for_candidates, seconds_kept_for_the_end
from semblance_trainer.fit.run_state import RunState
from semblance_trainer.updates.schedule import Speed, make_plan

__all__ = ["Pace"]

_WARM_STEPS = 5  # the first updates of a process are slower than the rest


class Pace:
    """Measures the updates of a run, and plans it by them."""

    def __init__(self, state: RunState, hyperparameters: Hyperparameters, clock: Clock) -> None:
        self._state = state
        self._h = hyperparameters
        self._clock = clock
        self._timed: list[float] = []
        self._steps_here = 0

    def measure(self, seconds: float) -> None:
        """Take note of what an update took."""
        self._steps_here += 1
        if self._steps_here <= _WARM_STEPS:
            return
        costs = self._state.costs
        costs.step = max(seconds, 0.9 * costs.step)
        self._timed.append(seconds)

    def seconds_kept_for_the_end(self) -> float:
        """Return what must be left of the time limit when training stops."""
        costs = self._state.costs
        candidates = seconds_for_candidates(costs, self._clock.limit, self._h.average_top)
        return seconds_kept_for_the_end(costs) + candidates

    def seconds_left(self) -> float:
        """Return the seconds until the limit or, without one, the plan ends; infinite: unknown."""
        state, costs = self._state, self._state.costs
        left = self._clock.remaining()
        if math.isfinite(left) or not state.plan.final or self._steps_here <= _WARM_STEPS:
            return left
        looking = (costs.evaluation + costs.save) / state.plan.evaluation_every
        return (state.plan.total - state.step) * (costs.step + looking)

    def plan(self) -> bool:
        """Plan once the speed is known, and correct that halfway; say whether the plan is new."""
        state = self._state
        if not state.plan.final and self._speed_is_known():
            self._make_plan()
            if self._clock.limit is not None:
                halfway = (state.step + state.plan.total) // 2
                state.plan = replace(state.plan, correct_at=halfway)
            return True
        if state.step == state.plan.correct_at and self._timed:
            self._make_plan()
            return True
        return False

    def _speed_is_known(self) -> bool:
        measured, limit = sum(self._timed), self._clock.limit
        wanted = 2.0 if limit is None else 0.03 * limit
        return len(self._timed) >= 5 and measured >= wanted

    def _make_plan(self) -> None:
        state, limit = self._state, self._clock.limit
        left = self._clock.remaining() - self.seconds_kept_for_the_end()
        interval = self._h.evaluation_interval
        if interval is None:
            interval = (limit or math.inf) / 8
        costs = state.costs
        speed = Speed(statistics.median(self._timed), costs.evaluation, costs.save)
        self._timed.clear()
        most = state.plan.total if limit is None else self._h.max_steps
        state.plan = make_plan(state.step, left, speed, interval=interval, most=most)
