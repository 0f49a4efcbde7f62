"""The clock of a fit: from the user's call to the choice of weights."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from semblance_trainer.base.errors import TrainerError

__all__ = ["Clock", "time_limit_too_short"]


@dataclass(frozen=True)
class Clock:
    """Wall-clock seconds since `started_at` (Unix time), against a limit in seconds or None."""

    started_at: float
    limit: float | None

    def elapsed(self) -> float:
        """Return the seconds since the call began."""
        return time.time() - self.started_at

    def remaining(self) -> float:
        """Return the seconds left; infinite without a limit."""
        return math.inf if self.limit is None else self.limit - self.elapsed()

    def demand(self, needed: float, what: str) -> None:
        """Raise TIME_LIMIT_TOO_SHORT when fewer than `needed` seconds are left for `what`."""
        if self.limit is not None and self.remaining() < needed:
            raise time_limit_too_short(self.limit, self.elapsed() + needed, what)


def time_limit_too_short(limit: float, needed: float, what: str) -> TrainerError:
    """Return the error; it names a limit that would do: half as much again as was measured."""
    enough = math.ceil(needed * 1.5 / 5) * 5
    return TrainerError(
        "TIME_LIMIT_TOO_SHORT",
        f"{limit:g} s end before {what}: about {needed:.1f} s are needed on this machine",
        f"use a time limit of at least {enough} s",
    )
