"""What Node talks to: starts workers, reads their events, passes on a cancel.

Loaded through pythonia, so it and what it imports need the standard library alone. One function,
one JSON text in, one out: no proxy, callback or NaN ever crosses over.

Operations (see `handle`): hello, doctor, claim, start, attach, poll, cancel, forget.
"""

from __future__ import annotations

import errno
import faulthandler
import json
import os
import signal
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from semblance_trainer import PROTOCOL
from semblance_trainer.base.stop import forget_stop_request
from semblance_trainer.job.attached_worker import AttachedWorker
from semblance_trainer.job.environment_report import report_environment
from semblance_trainer.job.worker_lock import find_worker, hold_folder, write_pid_file
from semblance_trainer.job.worker_process import OUR_WORKER, WorkerProcess

__all__ = ["BridgeError", "handle", "init"]

Arguments = dict[str, Any]

_workers: dict[str, WorkerProcess | AttachedWorker] = {}


class BridgeError(Exception):
    """A refusal with a stable code, and with what to do about it."""

    def __init__(self, code: str, message: str, fix: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.fix = fix


def init(log_path: str) -> str:
    """Prepare this process, once: output to the log, deaf to Ctrl-C, gone when the parent is.

    The terminal sends Ctrl-C to every process of the command; what it means is the parent's to
    say. Answers like `handle` does to `hello`.
    """
    log = Path(log_path).open("a", buffering=1, encoding="utf-8")  # noqa: SIM115 - kept for life
    sys.stdout = sys.stderr = log
    if os.name == "posix":  # elsewhere descriptor 2 is pythonia's channel
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        faulthandler.enable(log)
        threading.Thread(target=_exit_with_parent, args=(os.getppid(),), daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return handle('{"op": "hello", "args": {}}')


def handle(payload: str) -> str:
    """Carry out `{"op", "args"}`; answer `{"ok": true, "value"}` or `{"ok": false, "error"}`.

    Never raises. An error holds type, code, message, fix (where there is one) and traceback.
    """
    try:
        request = json.loads(payload)
        operation = _OPERATIONS.get(request["op"])
        if operation is None:
            known = ", ".join(_OPERATIONS)
            raise BridgeError("PROTOCOL", f"unknown operation {request['op']!r}; known: {known}")
        return json.dumps({"ok": True, "value": operation(request["args"])}, allow_nan=False)
    except BaseException as error:  # noqa: BLE001 - not even SystemExit may end the bridge
        return json.dumps({"ok": False, "error": _describe(error)})


def _describe(error: BaseException) -> dict[str, str]:
    described = {
        "type": type(error).__name__,
        "code": "PYTHON_ERROR",
        "message": str(error) or type(error).__name__,
        "traceback": "".join(traceback.format_exception(error)),
    }
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        described["code"] = "DISK_FULL"
        described["fix"] = "Free some space where the run folder lies."
    if isinstance(error, BridgeError):
        described["code"] = error.code
        if error.fix is not None:
            described["fix"] = error.fix
    return described


def _exit_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


def _hello(_arguments: Arguments) -> dict[str, object]:
    return {
        "protocol": PROTOCOL,
        "python": ".".join(map(str, sys.version_info[:3])),
        "executable": sys.executable,
        "pid": os.getpid(),
    }


def _doctor(_arguments: Arguments) -> dict[str, object]:
    return report_environment()


def _claim(arguments: Arguments) -> dict[str, object]:
    """Take the run folder of `pidFile` before anything in it is touched; JOB_RUNNING if taken.

    The file then names this process, until `start` replaces it by the worker; with this process
    the claim is void.
    """
    pid_file = Path(arguments["pidFile"])
    with hold_folder(pid_file.parent):
        _refuse_taken(pid_file, find_worker(pid_file))
        forget_stop_request(pid_file.parent / "job")  # whoever asks from now on means this job
        write_pid_file(pid_file, os.getpid())
    return {}


def _refuse_taken(pid_file: Path, pid: int | None) -> None:
    if pid is not None:
        raise BridgeError(
            "JOB_RUNNING",
            f"a job already runs in {pid_file.parent} (process {pid})",
            f"Attach to it, wait or stop it. If that process is something else, delete {pid_file}.",
        )


def _start(arguments: Arguments) -> dict[str, object]:
    """Start the worker on `jobFolder`, where job.json stands; `pidFile` then names it.

    JOB_RUNNING when `pidFile` names a live process other than this one, which may have claimed it.
    With `detached` it outlives this process. `module` and `pythonPath`, together, name another
    worker than ours.
    """
    pid_file = Path(arguments["pidFile"])
    with hold_folder(pid_file.parent):
        holder = find_worker(pid_file)
        _refuse_taken(pid_file, None if holder == os.getpid() else holder)
        worker = WorkerProcess(
            Path(arguments["jobFolder"]),
            arguments.get("module", OUR_WORKER),
            arguments.get("pythonPath", str(Path(__file__).resolve().parents[1])),
            detached=arguments.get("detached", False),
        )
        write_pid_file(pid_file, worker.pid)
    return {"id": _register(worker), "pid": worker.pid}


def _attach(arguments: Arguments) -> dict[str, object]:
    """Follow the worker that `pidFile` names, from its first event on; it is not ours to end.

    RUN_NOT_FOUND where no training was ever started. `pid` is null when the worker has ended.
    """
    job_folder, pid_file = Path(arguments["jobFolder"]), Path(arguments["pidFile"])
    worker = AttachedWorker(job_folder, pid_file)
    pid = worker.pid
    if pid is None and not (job_folder / "job.json").exists():
        raise BridgeError(
            "RUN_NOT_FOUND",
            f"there is no training in {pid_file.parent}",
            "Name the folder that was given to the fit.",
        )
    return {"id": _register(worker), "pid": pid}


def _register(worker: WorkerProcess | AttachedWorker) -> str:
    identity = uuid.uuid4().hex
    _workers[identity] = worker
    return identity


def _worker_of(arguments: Arguments) -> WorkerProcess | AttachedWorker:
    worker = _workers.get(arguments["id"])
    if worker is None:
        raise BridgeError("PROTOCOL", f"unknown job {arguments['id']!r}")
    return worker


def _poll(arguments: Arguments) -> dict[str, object]:
    return _worker_of(arguments).poll()


def _cancel(arguments: Arguments) -> dict[str, object]:
    """Ask the worker to stop at its next step; with `force`, kill it and what it started."""
    worker = _worker_of(arguments)
    return {"sent": worker.kill() if arguments["force"] else worker.ask_to_stop()}


def _forget(arguments: Arguments) -> dict[str, object]:
    """Let go of a job that has ended."""
    worker = _worker_of(arguments)
    if not worker.close():
        raise BridgeError("JOB_RUNNING", f"process {worker.pid} still runs", "Cancel it first.")
    del _workers[arguments["id"]]
    return {}


_OPERATIONS: dict[str, Callable[[Arguments], dict[str, object]]] = {
    "hello": _hello,
    "doctor": _doctor,
    "claim": _claim,
    "start": _start,
    "attach": _attach,
    "poll": _poll,
    "cancel": _cancel,
    "forget": _forget,
}
