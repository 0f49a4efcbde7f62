"""A worker that another process started, followed by the files of its run."""

from __future__ import annotations

import os
from pathlib import Path

from semblance_trainer.base.stop import leave_stop_request
from semblance_trainer.job.event_tail import EventTail
from semblance_trainer.job.worker_lock import find_worker, is_stopped
from semblance_trainer.job.worker_process import kill_group, read_log_tail

__all__ = ["AttachedWorker"]


class AttachedWorker:
    """Does what `WorkerProcess` does, for a worker that is not our child.

    Its events are told from the first one on. While the run is being prepared, `pid_file` names
    the process that prepares it, which counts as running and is never killed.
    """

    def __init__(self, job_folder: Path, pid_file: Path) -> None:
        self._folder = job_folder
        self._pid_file = pid_file
        self._events = EventTail(job_folder / "events.jsonl", replay=True)

    @property
    def pid(self) -> int | None:
        """The process that works in the run folder now."""
        return find_worker(self._pid_file)

    def poll(self) -> dict[str, object]:
        """Return the events since the last poll and whether the worker runs.

        How it ended is in exit.json alone: nobody but its parent hears the status.
        """
        pid = self.pid  # asked before the read, so that no event is missed
        events, more = self._events.read()
        if pid is None and not more:
            return {"events": events, "running": False, "log": read_log_tail(self._folder)}
        halted = {"stopped": True} if pid is not None and is_stopped(pid) else {}
        return {"events": events, "running": True, **halted}

    def ask_to_stop(self) -> bool:
        """Ask for an end at the next step; False when there is nobody to ask."""
        if self.pid is None:
            return False
        leave_stop_request(self._folder)
        return True

    def kill(self) -> bool:
        """Kill the worker and what it started; False when there is none."""
        pid = self.pid
        if pid is None or not _leads_its_group(pid):
            return False
        kill_group(pid)
        return True

    def close(self) -> bool:
        """Let go; the worker goes on."""
        return True


def _leads_its_group(pid: int) -> bool:
    """Return whether the process is a worker: its bridge is in a group with others."""
    try:
        return os.getpgid(pid) == pid
    except ProcessLookupError:
        return False
