"""The worker: `python -m semblance_trainer.worker JOB_FOLDER [--detached]`, started by the bridge.

Reads job.json, writes events.jsonl while it works and exit.json when it is done. Standard input is
its life line: the line `cancel` asks it to stop at the next step boundary; its end says that the
parent is gone. A detached worker has no life line and goes on alone. Both also stop when the file
`stop` appears in the job folder.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from semblance_trainer import PROTOCOL
from semblance_trainer.base.errors import TrainerError, describe_error
from semblance_trainer.base.events import EventWriter, finite, write_atomically
from semblance_trainer.base.memory import keep_freed_memory
from semblance_trainer.base.stop import Orphaned, StopRequest, watch_for_stop_request
from semblance_trainer.distributed.launch import RankFailed, run_ranks
from semblance_trainer.distributed.layout import lay_out
from semblance_trainer.job.worker_process import DETACHED

if TYPE_CHECKING:
    from semblance_trainer.base.config import ExportConfig

__all__ = ["main", "run_job", "run_task", "spare_the_processor"]

GRACE_SECONDS = 20.0
EXIT_ORPHANED = 75
"""Exit status of a worker whose parent died (EX_TEMPFAIL): the run can be resumed."""


def _listen(stop: StopRequest) -> None:
    """Read the life line until it ends; then give the loop the grace to reach a boundary."""
    for line in sys.stdin:
        if line.strip() == "cancel":
            stop.event.set()
    stop.orphaned = True
    stop.event.set()
    time.sleep(GRACE_SECONDS)
    os._exit(EXIT_ORPHANED)


def spare_the_processor() -> None:
    """Make OpenMP's threads sleep while they wait; must be called before torch is imported.

    Spinning ones starve each other on a machine that has anything else to do: measured, a busy
    two-core machine trains up to ten times slower with them.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def run_task(job: object, events: EventWriter, stop: StopRequest) -> dict[str, Any]:
    """Do what job.json asks; return the result. Raises TrainerError and Orphaned."""
    if not isinstance(job, dict) or set(job) != {"protocol", "task", "config"}:
        raise TrainerError("CONFIG", "job.json: expected the keys protocol, task and config")
    if job["protocol"] != PROTOCOL:
        raise TrainerError(
            "CONFIG",
            f"job.json: protocol {job['protocol']!r}; this worker speaks {PROTOCOL}",
            "use versions of @semblance/trainer-bridge and semblance_trainer that belong together",
        )
    # torch takes seconds to import: a wrong config is told before, the listener runs meanwhile
    from semblance_trainer.base.config import parse_export_config, parse_fit_config

    if job["task"] == "fit":
        fit_config = parse_fit_config(job["config"])
        events.progress("loading", 0, 3, "parts")
        layout = lay_out(fit_config)
        if layout is not None:
            return run_ranks(fit_config.job_folder, layout, stop)
        from semblance_trainer.fit.run_fit import run_fit

        return run_fit(fit_config, events, stop)
    if job["task"] == "export":
        export_config = parse_export_config(job["config"])
        events.progress("loading", 0, 1, "parts")
        return _export(export_config, events)
    raise TrainerError(
        "CONFIG", f"job.json: unknown task {job['task']!r}; fit and export are known"
    )


def _export(config: ExportConfig, events: EventWriter) -> dict[str, Any]:
    """Export; what fails unforeseen is told as a failed export, not as a failed training."""
    try:
        from semblance_trainer.export.export_model import run_export

        return run_export(config, events)
    except (TrainerError, Orphaned):
        raise
    except Exception as error:
        raise TrainerError("EXPORT_FAILED", str(error) or type(error).__name__) from error


def _read_job(folder: Path) -> object:
    try:
        return json.loads((folder / "job.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainerError("CONFIG", f"{folder / 'job.json'}: {error}") from error


def run_job(folder: Path, stop: StopRequest) -> int:
    """Run the job of a folder and write exit.json; return the exit status."""
    (folder / "exit.json").unlink(missing_ok=True)
    try:
        events = EventWriter(folder / "events.jsonl")
        outcome = {"ok": True, "result": run_task(_read_job(folder), events, stop)}
    except Orphaned:
        return EXIT_ORPHANED
    except RankFailed as error:
        outcome = {"ok": False, "error": error.described}
    except BaseException as error:  # whatever it was, the parent must hear of it
        outcome = {"ok": False, "error": describe_error(error)}
    write_atomically(folder / "exit.json", json.dumps(finite(outcome), allow_nan=False))
    return 0 if outcome["ok"] else 1


def main() -> None:
    """Run the job whose folder is the first argument."""
    folder, *flags = sys.argv[1:] or [""]
    if not folder or flags not in ([], [DETACHED]):
        sys.exit(f"usage: python -m semblance_trainer.worker JOB_FOLDER [{DETACHED}]")
    spare_the_processor()
    keep_freed_memory()
    stop = StopRequest(threading.Event())
    if not flags:
        threading.Thread(target=_listen, args=(stop,), daemon=True).start()
    watched = (Path(folder), stop)
    threading.Thread(target=watch_for_stop_request, args=watched, daemon=True).start()
    status = run_job(Path(folder), stop)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # no waiting for threads of torch or of the listener


if __name__ == "__main__":
    main()
