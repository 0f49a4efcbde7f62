"""A worker as its bridge sees it: started, followed, cancelled."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

from semblance_trainer.base.stop import leave_stop_request
from semblance_trainer.job.event_tail import EventTail
from semblance_trainer.job.worker_lock import is_stopped

__all__ = ["DETACHED", "OUR_WORKER", "WorkerProcess", "kill_group", "read_log_tail"]

OUR_WORKER = "semblance_trainer.worker"
DETACHED = "--detached"
"""Says to a worker that it has no life line and goes on when its parent is gone."""

_LOG_TAIL_BYTES = 4000
_ENVIRONMENT = {
    "OMP_WAIT_POLICY": "PASSIVE",  # spinning threads starve each other on a shared machine
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_OFFLINE": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTHONFAULTHANDLER": "1",
    "PYTHONSAFEPATH": "1",
}


class WorkerProcess:
    """`python -m MODULE JOB_FOLDER` in a session of its own.

    Its stdin is the life line: a line `cancel` asks it to stop, the end of the file says that
    nobody is left to train for. A detached one has none: it is asked by a file, and outlives us.
    Whatever it prints goes to worker.log.
    """

    def __init__(
        self, job_folder: Path, module: str, python_path: str, *, detached: bool = False
    ) -> None:
        self._folder = job_folder
        (job_folder / "exit.json").unlink(missing_ok=True)
        self._events = EventTail(job_folder / "events.jsonl")
        environment = {**os.environ, **_ENVIRONMENT, "PYTHONPATH": python_path}
        environment.pop("NODE_CHANNEL_FD", None)
        with (job_folder / "worker.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, str(job_folder), *([DETACHED] if detached else [])],
                stdin=subprocess.DEVNULL if detached else subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=environment,
                cwd=job_folder,
                start_new_session=True,  # keeps the terminal's Ctrl-C away
            )

    @property
    def pid(self) -> int:
        """The process id, which is also that of its process group."""
        return self._process.pid

    def poll(self) -> dict[str, object]:
        """Return the events since the last poll and whether the worker runs.

        `stopped` where it runs but was halted (SIGSTOP). Once it has ended: `returnCode`
        (negative: the signal that ended it) and, when it ended badly, the last lines of its log.
        """
        return_code = self._process.poll()  # asked before the read, so that no event is missed
        events, more = self._events.read()
        if return_code is None or more:
            halted = {"stopped": True} if is_stopped(self.pid) else {}
            return {"events": events, "running": True, **halted}
        report: dict[str, object] = {"events": events, "running": False, "returnCode": return_code}
        if return_code != 0 or not (self._folder / "exit.json").exists():
            report["log"] = read_log_tail(self._folder)
        return report

    def ask_to_stop(self) -> bool:
        """Ask for an end at the next step; False when there is nobody to ask."""
        if self._process.poll() is not None:
            return False
        if self._process.stdin is None:
            leave_stop_request(self._folder)
            return True
        try:
            self._process.stdin.write(b"cancel\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return False
        return True

    def kill(self) -> bool:
        """Kill the worker and what it started; False when it had ended."""
        if self._process.poll() is not None:
            return False
        kill_group(self._process.pid)
        return True

    def close(self) -> bool:
        """Let go of a worker that has ended; False when it still runs."""
        if self._process.poll() is None:
            return False
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        return True


def kill_group(pid: int) -> None:
    """Kill a worker and what it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def read_log_tail(job_folder: Path) -> str:
    """Return the last lines of a job's worker.log; nothing where there is none."""
    try:
        with (job_folder / "worker.log").open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _LOG_TAIL_BYTES))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""
