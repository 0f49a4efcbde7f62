"""One job per run folder: the pid file that names its process, and whether that process lives.

First it names the bridge that has claimed the folder, then the worker.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

__all__ = ["find_worker", "hold_folder", "is_stopped", "write_pid_file"]


def find_worker(pid_file: Path) -> int | None:
    """Return the id of the live process that `pid_file` names, if any."""
    try:
        pid, start = pid_file.read_text(encoding="utf-8").split()[:2]
        return int(pid) if _is_alive(int(pid), start) else None
    except (OSError, ValueError):
        return None


def write_pid_file(pid_file: Path, pid: int) -> None:
    """Write the process id and its start time, in one go."""
    temporary = pid_file.with_name(pid_file.name + ".tmp")
    temporary.write_text(f"{pid} {_start_time(pid)}\n", encoding="utf-8")
    temporary.replace(pid_file)


@contextlib.contextmanager
def hold_folder(folder: Path) -> Iterator[None]:
    """Let one process at a time look at a pid file in `folder` and replace it."""
    import fcntl  # POSIX alone, while the environment report runs on Windows too

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _is_alive(pid: int, start: str) -> bool:
    if sys.platform == "linux":
        return _start_time(pid) == start
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _start_time(pid: int) -> str:
    """Tell when the process began (field 22 of /proc/PID/stat): a re-used id has another.

    "0" where that is not known; "dead" for a process that is gone or waits to be collected.
    """
    if sys.platform != "linux":
        return "0"
    fields = _stat_fields(pid)
    return "dead" if fields is None or fields[0] in "ZX" else fields[19]


def is_stopped(pid: int) -> bool:
    """Return whether the process was stopped (SIGSTOP, SIGTSTP); always False but on Linux."""
    fields = _stat_fields(pid) if sys.platform == "linux" else None
    return fields is not None and fields[0] in "Tt"


def _stat_fields(pid: int) -> list[str] | None:
    """Return /proc/PID/stat from field 3, the state, on; None when the process is gone."""
    try:
        # The name, field 2, may hold spaces and parentheses: count from its end.
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None
