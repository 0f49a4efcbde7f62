"""What each process of a job leaves behind, and which of several ends was the cause of the rest."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from semblance_trainer.base.events import finite, write_atomically
from semblance_trainer.distributed.layout import Layout

__all__ = ["EXIT_PEER_LOST", "explain_end", "read_result", "write_outcome"]

EXIT_PEER_LOST = 76
"""Exit status of a process that ends because another one did."""

_OTHERS_SECONDS = 5.0  # for another machine to say what became of its processes
_POLL_SECONDS = 0.2
_RESUME = "run the same fit again with resume to go on from the last checkpoint"


def _record(folder: Path, rank: int) -> Path:
    return folder / f"{rank}.json"


def write_outcome(folder: Path, rank: int, outcome: dict[str, Any]) -> None:
    """Leave a process's outcome, in the form of exit.json."""
    write_atomically(_record(folder, rank), json.dumps(finite(outcome), allow_nan=False))


def read_result(folder: Path) -> dict[str, Any]:
    """Return rank 0's result."""
    outcome = json.loads(_record(folder, 0).read_text(encoding="utf-8"))
    result: dict[str, Any] = outcome["result"]
    return result


def explain_end(folder: Path, layout: Layout, statuses: Mapping[int, int]) -> dict[str, Any]:
    """Return the error of the process that failed of itself, not because another did.

    `statuses` are the exit statuses of this machine's processes that failed, by rank. Those that
    could not leave a word get it here, for the other machines to read.
    """
    for rank, status in sorted(statuses.items()):
        is_cause = status not in (EXIT_PEER_LOST, -signal.SIGTERM)
        if is_cause and not _record(folder, rank).exists():
            total = layout.processes * layout.nodes
            end = _describe(f"process {rank} of {total} {_describe_status(status)}")
            write_outcome(folder, rank, {"ok": False, "error": end})
    patience = time.monotonic() + (_OTHERS_SECONDS if layout.nodes > 1 else 0.0)
    while (error := _first_error(folder)) is None:
        if time.monotonic() > patience:
            return _describe("the processes lost each other, or one did not answer for too long")
        time.sleep(_POLL_SECONDS)
    return error


def _first_error(folder: Path) -> dict[str, Any] | None:
    for record in sorted(folder.glob("*.json")):
        outcome = json.loads(record.read_text(encoding="utf-8"))
        if not outcome["ok"]:
            error: dict[str, Any] = outcome["error"]
            return error
    return None


def _describe_status(status: int) -> str:
    if status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended with status {status}"


def _describe(message: str) -> dict[str, Any]:
    facts = {"type": "RankFailed", "code": "WORKER_KILLED", "message": message, "fix": _RESUME}
    return {**facts, "traceback": ""}
