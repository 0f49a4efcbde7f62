"""Times the updates of any PyTorch training from outside, and ends it after the last one."""

import json
import sys
import time
from pathlib import Path
from types import SimpleNamespace

from torch.optim.optimizer import register_optimizer_step_post_hook


def read_job() -> SimpleNamespace:
    """Return the job that the command line names; its output folder is made."""
    job = SimpleNamespace(**json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    Path(job.output).mkdir(exist_ok=True)
    return job


def end_after(job: SimpleNamespace) -> None:
    """Print the times of `job.steps` updates, of whatever optimizer, then leave."""
    ended_at: list[float] = []

    def note(*_: object) -> None:
        ended_at.append(time.time())
        if len(ended_at) == job.steps:
            print(json.dumps({"endedAt": ended_at}), flush=True)
            # Unwinds the loop that called the optimizer, so that its data workers end too.
            raise SystemExit(0)

    register_optimizer_step_post_hook(note)
