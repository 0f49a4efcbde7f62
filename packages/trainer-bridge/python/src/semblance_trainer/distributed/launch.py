"""Starts a job's processes with torchrun and waits for them."""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from semblance_trainer.base.config import parse_fit_config
from semblance_trainer.base.errors import TrainerError
from semblance_trainer.base.events import write_atomically
from semblance_trainer.base.stop import Orphaned, StopRequest
from semblance_trainer.distributed.layout import Layout, lay_out
from semblance_trainer.distributed.rank_record import explain_end, read_result

__all__ = ["LAUNCHER", "RankFailed", "join_job", "run_ranks"]

LAUNCHER = "SEMBLANCE_LAUNCHER"
"""Environment variable: the process without which a rank must not go on."""

_POLL_SECONDS = 0.2


class RankFailed(Exception):  # noqa: N818 - carries an error of another process
    """One of the processes failed; `described` is the error as it stands in exit.json."""

    def __init__(self, described: dict[str, Any]) -> None:
        super().__init__(described["message"])
        self.described = described


def run_ranks(folder: Path, layout: Layout, stop: StopRequest) -> dict[str, Any]:
    """Run the job of a folder in processes of their own; return rank 0's result.

    On machines other than the first the result is empty. Raises RankFailed and Orphaned.
    """
    ranks = folder / "ranks"
    if layout.node_rank == 0:
        shutil.rmtree(ranks, ignore_errors=True)
    ranks.mkdir(parents=True, exist_ok=True)
    _set_environment(layout)
    threading.Thread(target=_pass_on, args=(stop, ranks / "stop"), daemon=True).start()
    with ThreadPoolExecutor(1) as pool:  # off the main thread torchrun leaves signals alone
        statuses = pool.submit(_torchrun, folder, layout).result()
    if stop.orphaned:
        raise Orphaned
    if statuses:
        raise RankFailed(explain_end(ranks, layout, statuses))
    return read_result(ranks) if layout.node_rank == 0 else {}


def join_job(folder: Path, node_rank: int, stop: StopRequest) -> None:
    """Run this machine's processes of the job that the first machine has begun in `folder`.

    Raises CONFIG when there is no such job or no such place in it, and RankFailed.
    """
    try:
        job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        fix = "start the fit on the first machine, in a folder that all machines share"
        raise TrainerError("CONFIG", f"no job to join: {error}", fix) from error
    layout = lay_out(parse_fit_config(job["config"]), node_rank)
    nodes = 1 if layout is None else layout.nodes
    if layout is None or not 0 < node_rank < nodes:
        raise TrainerError(
            "CONFIG",
            f"the job is for {nodes} machines, the first of them 0; this one would be {node_rank}",
            "set nodes in the job, and give each machine a number of its own below that",
        )
    run_ranks(folder, layout, stop)


def _set_environment(layout: Layout) -> None:
    """Say what torchrun's processes inherit."""
    source = str(Path(__file__).resolve().parents[1])
    known = [p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p and p != source]
    os.environ["PYTHONPATH"] = os.pathsep.join([source, *known])
    os.environ[LAUNCHER] = str(os.getpid())
    cores = os.cpu_count() or 1
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, cores // layout.processes)))
    os.environ.setdefault("TORCH_ELASTIC_SHUTDOWN_TIMEOUT", "5")
    if layout.nodes == 1:  # what one machine's processes say to each other stays on it
        loopback = "lo0" if sys.platform == "darwin" else "lo"
        os.environ.setdefault("GLOO_SOCKET_IFNAME", loopback)


def _torchrun(folder: Path, layout: Layout) -> Mapping[int, int]:
    """Run torchrun to its end; return the exit status of each process here that failed."""
    from torch.distributed import run
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError

    talk = logging.getLogger("torch.distributed.elastic.multiprocessing.api")
    # it warns of processes left behind, which `_watch` in rank.py prevents
    talk.addFilter(lambda record: "signal handlers" not in str(record.msg))
    place = ["--standalone", "--local-addr=127.0.0.1"]
    if layout.nodes > 1:
        host, _, port = (layout.rendezvous or "").rpartition(":")
        place = [f"--nnodes={layout.nodes}", f"--node-rank={layout.node_rank}"]
        place += [f"--master-addr={host}", f"--master-port={port}"]
    program = ["-m", "semblance_trainer.rank", str(folder)]
    with tempfile.TemporaryDirectory(prefix="semblance-") as notes:  # torchrun leaves its own
        options = [f"--nproc-per-node={layout.processes}", f"--log-dir={notes}"]
        try:
            run.run(run.parse_args([*place, *options, *program]))  # type: ignore[no-untyped-call]
        except ChildFailedError as error:
            return {rank: failure.exitcode for rank, failure in error.failures.items()}
    return {}


def _pass_on(stop: StopRequest, file: Path) -> None:
    """Tell rank 0, by a file that it looks for, that it is asked to stop, and by whom."""
    stop.event.wait()
    told = ""
    while told != "orphaned":
        word = "orphaned" if stop.orphaned else "cancel"
        if word != told:
            write_atomically(file, word)
            told = word
        time.sleep(_POLL_SECONDS)
