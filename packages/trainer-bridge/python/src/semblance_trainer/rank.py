"""One process of a job that several do: `python -m semblance_trainer.rank JOB_FOLDER`, by torchrun.

Rank 0 does what a worker does; the others follow it. Each leaves its outcome in ranks/RANK.json.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from semblance_trainer.base.config import parse_fit_config
from semblance_trainer.base.errors import describe_error
from semblance_trainer.base.events import EventWriter
from semblance_trainer.base.memory import keep_freed_memory
from semblance_trainer.base.stop import Orphaned, StopRequest
from semblance_trainer.distributed.collectives import PeerLost
from semblance_trainer.distributed.launch import LAUNCHER
from semblance_trainer.distributed.rank_record import EXIT_PEER_LOST, write_outcome
from semblance_trainer.distributed.world import join_world
from semblance_trainer.fit.follow import follow_fit
from semblance_trainer.fit.run_fit import run_fit
from semblance_trainer.models.dual_encoder import pick_device
from semblance_trainer.worker import EXIT_ORPHANED

__all__ = ["main"]

_POLL_SECONDS = 0.2


def _watch(launcher: int, stop: StopRequest, file: Path) -> None:
    """End with the launcher; pass on the wish to stop that it leaves in `file`."""
    while os.getppid() == launcher:
        if file.exists():
            stop.orphaned = file.read_text(encoding="utf-8") == "orphaned"
            stop.event.set()
        time.sleep(_POLL_SECONDS)
    os._exit(EXIT_PEER_LOST)


def _run(folder: Path, stop: StopRequest) -> dict[str, Any]:
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    config = parse_fit_config(job["config"])
    world = join_world(pick_device(config.device))
    if world.rank > 0:
        follow_fit(config, world)
        return {}
    return run_fit(config, EventWriter(folder / "events.jsonl"), stop, world)


def main() -> None:
    """Take part in the job whose folder is the only argument."""
    keep_freed_memory()
    folder, rank = Path(sys.argv[1]), int(os.environ["RANK"])
    stop = StopRequest(threading.Event())
    watched = (int(os.environ[LAUNCHER]), stop, folder / "ranks" / "stop")
    threading.Thread(target=_watch, args=watched, daemon=True).start()
    status = 0
    try:
        outcome = {"ok": True, "result": _run(folder, stop)}
    except Orphaned:
        status = EXIT_ORPHANED
    except PeerLost:
        status = EXIT_PEER_LOST
    except BaseException as error:  # whatever it was, the launcher must hear of it
        outcome, status = {"ok": False, "error": describe_error(error)}, 1
    if status in (0, 1):
        write_outcome(folder / "ranks", rank, outcome)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # at once: the others must not wait for threads of torch


if __name__ == "__main__":
    main()
