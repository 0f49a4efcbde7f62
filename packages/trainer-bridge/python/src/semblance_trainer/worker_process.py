"""A worker as its bridge sees it: started, followed, cancelled."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

from semblance_trainer.event_tail import EventTail

__all__ = ["OUR_WORKER", "WorkerProcess"]

OUR_WORKER = "semblance_trainer.worker"

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
    nobody is left to train for. Whatever it prints goes to worker.log.
    """

    def __init__(self, job_folder: Path, module: str, python_path: str) -> None:
        self._folder = job_folder
        (job_folder / "exit.json").unlink(missing_ok=True)
        self._events = EventTail(job_folder / "events.jsonl")
        environment = {**os.environ, **_ENVIRONMENT, "PYTHONPATH": python_path}
        environment.pop("NODE_CHANNEL_FD", None)
        with (job_folder / "worker.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, str(job_folder)],
                stdin=subprocess.PIPE,
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

        Once it has ended: `returnCode` (negative: the signal that ended it) and, when it ended
        badly, the last lines of its log.
        """
        return_code = self._process.poll()  # asked before the read, so that no event is missed
        events, more = self._events.read()
        if return_code is None or more:
            return {"events": events, "running": True}
        report: dict[str, object] = {"events": events, "running": False, "returnCode": return_code}
        if return_code != 0 or not (self._folder / "exit.json").exists():
            report["log"] = self._log_tail()
        return report

    def ask_to_stop(self) -> bool:
        """Ask for an end at the next step; False when there is nobody to ask."""
        if self._process.poll() is not None or self._process.stdin is None:
            return False
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
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        return True

    def close(self) -> bool:
        """Let go of a worker that has ended; False when it still runs."""
        if self._process.poll() is None:
            return False
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        return True

    def _log_tail(self) -> str:
        try:
            with (self._folder / "worker.log").open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _LOG_TAIL_BYTES))
                return file.read().decode("utf-8", "replace")
        except OSError:
            return ""
