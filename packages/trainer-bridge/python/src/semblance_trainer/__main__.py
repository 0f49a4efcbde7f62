"""For people at a terminal: `python -m semblance_trainer fit JOB.json`, `… export CHECKPOINT OUT`.

`… join RUN --node-rank N` makes this machine take part in a fit that the first of several machines
has begun. `… index-shards OUT SHARD…` makes a dataset folder of webdataset shards.

`JOB.json` is a job as the worker reads it ({"protocol": 1, "task": "fit", "config": {…}}); its
`startedAt` may be left out. Events go to the run folder's job/events.jsonl, the result to standard
output. Ctrl-C stops at the next update, then chooses and exports.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any, NoReturn

from semblance_trainer import PROTOCOL
from semblance_trainer.base.errors import TrainerError, describe_error
from semblance_trainer.base.memory import keep_freed_memory
from semblance_trainer.base.stop import StopRequest
from semblance_trainer.data.shards import index_shards
from semblance_trainer.distributed.launch import RankFailed, join_job
from semblance_trainer.worker import run_job, spare_the_processor

__all__ = ["main"]


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="semblance_trainer", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    fit = commands.add_parser("fit", help="run the job of a JSON file")
    fit.add_argument("job", type=Path, help="job file: {protocol, task, config}")
    export = commands.add_parser("export", help="make a model folder of a checkpoint folder")
    export.add_argument("checkpoint", type=Path)
    export.add_argument("output", type=Path)
    join = commands.add_parser("join", help="take part in a fit that another machine has begun")
    join.add_argument("run", type=Path, help="its run folder, which both machines can reach")
    join.add_argument("--node-rank", type=int, required=True, help="this machine's: 1, 2, …")
    shards = commands.add_parser("index-shards", help="make a dataset folder of tar archives")
    shards.add_argument("output", type=Path)
    shards.add_argument("shards", type=Path, nargs="+")
    return parser.parse_args()


def _job(arguments: argparse.Namespace) -> tuple[dict[str, Any], Path]:
    """Return the job and the folder where its record goes."""
    if arguments.command == "export":
        config = {
            "checkpoint": str(arguments.checkpoint.resolve()),
            "output": str(arguments.output.resolve()),
        }
        folder = arguments.output / "job"
        return {"protocol": PROTOCOL, "task": "export", "config": config}, folder
    job = json.loads(arguments.job.read_text(encoding="utf-8"))
    job["config"].setdefault("startedAt", time.time())
    return job, Path(job["config"]["runFolder"]) / "job"


def _fail(error: dict[str, Any]) -> NoReturn:
    fix = f"\n  {error['fix']}" if "fix" in error else ""
    sys.exit(f"{error['code']}: {error['message']}{fix}")


def _join(run: Path, node_rank: int) -> None:
    stop = StopRequest(threading.Event())
    signal.signal(signal.SIGINT, lambda *_: stop.event.set())
    try:
        join_job(run / "job", node_rank, stop)
    except RankFailed as error:
        _fail(error.described)
    except TrainerError as error:
        _fail(describe_error(error))


def _index_shards(shards: list[Path], output: Path) -> None:
    try:
        counts = index_shards(shards, output)
    except TrainerError as error:
        _fail(describe_error(error))
    print(json.dumps({"samples": counts.samples, "leftOut": counts.left_out}))


def main() -> None:
    """Run one command."""
    arguments = _read_arguments()
    spare_the_processor()
    keep_freed_memory()
    if arguments.command == "index-shards":
        _index_shards(arguments.shards, arguments.output)
        return
    if arguments.command == "join":
        _join(arguments.run, arguments.node_rank)
        return
    job, folder = _job(arguments)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    stop = StopRequest(threading.Event())
    signal.signal(signal.SIGINT, lambda *_: stop.event.set())
    status = run_job(folder, stop)
    outcome = json.loads((folder / "exit.json").read_text(encoding="utf-8"))
    if not outcome["ok"]:
        _fail(outcome["error"])
    print(json.dumps(outcome["result"], indent=2))
    sys.exit(status)


if __name__ == "__main__":
    main()
