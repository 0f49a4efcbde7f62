"""How a running fit is asked to stop."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path

from semblance_trainer.base.errors import TrainerError

__all__ = [
    "Orphaned",
    "StopRequest",
    "forget_stop_request",
    "leave_stop_request",
    "watch_for_stop_request",
]

_STOP_FILE = "stop"
_LOOK_SECONDS = 0.3


class Orphaned(Exception):  # noqa: N818 - a message to the worker, not an error
    """The parent died; everything is saved, and nobody waits for an export."""


@dataclass
class StopRequest:
    """Asks the loop to stop at the next step boundary; `orphaned` when the parent is gone."""

    event: threading.Event
    orphaned: bool = False

    def heed(self, *, fresh: bool) -> None:
        """End a job that is asked to stop before it trains: raise ABORTED or Orphaned.

        `fresh` says that the run is a new one: there is nothing yet to choose from or to keep.
        """
        if not self.event.is_set():
            return
        if self.orphaned:
            raise Orphaned
        if fresh:
            message = "stopped before the start was evaluated; nothing was trained"
            raise TrainerError("ABORTED", message, "run the fit again")
        message = "stopped before training went on; what was trained before is kept"
        raise TrainerError("ABORTED", message, "resume the run to go on")


def leave_stop_request(job_folder: Path) -> None:
    """Ask the worker of a job to stop, from any process of this machine."""
    (job_folder / _STOP_FILE).touch()


def forget_stop_request(job_folder: Path) -> None:
    """Take back what an earlier worker was asked."""
    (job_folder / _STOP_FILE).unlink(missing_ok=True)


def watch_for_stop_request(job_folder: Path, stop: StopRequest) -> None:
    """Wait until the job is asked to stop by `leave_stop_request`; a thread's work."""
    while not (job_folder / _STOP_FILE).exists():
        time.sleep(_LOOK_SECONDS)
    stop.event.set()
