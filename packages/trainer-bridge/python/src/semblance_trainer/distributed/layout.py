"""Where the processes of a fit run: how many on a machine, and on which of how many machines."""

from __future__ import annotations

from dataclasses import dataclass

from semblance_trainer.base.config import FitConfig
from semblance_trainer.base.errors import TrainerError

__all__ = ["Layout", "lay_out"]


@dataclass(frozen=True)
class Layout:
    """Processes and machines.

    Attributes:
        processes: on each machine.
        nodes: machines.
        node_rank: this machine's number, counted from 0.
        rendezvous: HOST:PORT of machine 0, at which they meet; None for one machine alone.
    """

    processes: int
    nodes: int = 1
    node_rank: int = 0
    rendezvous: str | None = None


def lay_out(config: FitConfig, node_rank: int = 0) -> Layout | None:
    """Return where the processes of a fit run here; None when one, this one, is all.

    Raises CONFIG for more processes than there are CUDA devices to hold them.
    """
    wanted = config.processes
    cuda = 0 if config.device in ("cpu", "mps") else _count_cuda_devices()
    processes = max(1, cuda) if wanted == "auto" else wanted
    if processes > cuda > 0:
        raise TrainerError(
            "CONFIG",
            f"{processes} processes need as many CUDA devices; there are {cuda}",
            'ask for fewer, or use device "cpu"',
        )
    if processes == 1 and config.nodes == 1:
        return None
    return Layout(processes, config.nodes, node_rank, config.rendezvous)


def _count_cuda_devices() -> int:
    import torch  # takes seconds, which a job of one process spends elsewhere

    return torch.cuda.device_count() if torch.cuda.is_available() else 0
