"""Several processes that train one model together, each on its rows of every batch.

The global batch is the one a single process would have: every process encodes its share, hears the
features of all, and computes the loss of the whole batch. What it then sends back is the mean of
the processes' gradients, so the update is the single process's, but for the order of sums.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist

from semblance_trainer.base.errors import TrainerError
from semblance_trainer.distributed.collectives import (
    among_peers,
    average_gradients,
    gather,
    share_of,
)
from semblance_trainer.updates.gradients import ALONE, Exchange

__all__ = ["SOLO", "World", "join_world"]

_WAIT_FOR_FIRST = timedelta(hours=24)
_WAIT_FOR_EACH_OTHER = timedelta(minutes=10)


@dataclass(frozen=True)
class World:
    """One process among those that train together; all must call the same methods in turn.

    Attributes:
        rank: 0 evaluates, saves and decides; the others follow it.
        size: number of processes.
        control: the group in which rank 0 is waited for, however long it evaluates; on the CPU.
        data: the group of features and gradients.
        device: where those are.
    """

    rank: int = 0
    size: int = 1
    control: Any = None
    data: Any = None
    device: torch.device = torch.device("cpu")

    def share(self, rows: int) -> slice:
        """Return which of a batch's rows are this process's; shares differ by one at most."""
        return share_of(rows, self.place)

    @property
    def place(self) -> tuple[int, int]:
        """Return rank and size."""
        return (self.rank, self.size)

    def agree_on(self, targets: torch.Tensor) -> torch.Tensor:
        """Return targets [batch, batch], NaN for each image that is unknown to any process.

        Only the one that reads an image learns that it cannot be read: its row is NaN there.
        """
        if self.size == 1:
            return targets
        unknown = targets.isnan().all(dim=1).to(torch.uint8).to(self.device)
        with among_peers():
            dist.all_reduce(unknown, dist.ReduceOp.MAX, group=self.data)
        rows = unknown.bool().to(targets.device)
        return targets.masked_fill(rows[:, None] | rows[None, :], torch.nan)

    @property
    def exchange(self) -> Exchange:
        """What makes each process's gradients those of the whole batch."""
        if self.size == 1:
            return ALONE
        return Exchange(
            gather=lambda features, batch: gather(features, batch, self.place, self.data),
            combine=lambda parameters: average_gradients(parameters, self.size, self.data),
        )

    def copy_from_first(self, tensors: Iterable[torch.Tensor]) -> None:
        """Replace the tensors by those of rank 0."""
        if self.size == 1:
            return
        for tensor in tensors:
            with among_peers():
                dist.broadcast(tensor, src=0, group=self.data)

    def tell(self, value: Any = None) -> Any:
        """Return rank 0's `value` in every process; the others wait for it, a day if need be."""
        if self.size == 1:
            return value
        box = [value]
        with among_peers():
            dist.broadcast_object_list(box, src=0, group=self.control)
        return box[0]

    def collect(self, value: Any) -> list[Any]:
        """Return everybody's `value`, in order of rank; empty in all processes but rank 0."""
        if self.size == 1:
            return [value]
        values = [None] * self.size if self.rank == 0 else None
        with among_peers():
            dist.gather_object(value, values, dst=0, group=self.control)
        return values or []


SOLO = World()


def join_world(device: torch.device) -> World:
    """Join the processes that torchrun started with this one; on CUDA take this one's device.

    Raises CONFIG where they cannot find each other, and on an Apple GPU.
    """
    if device.type == "mps":
        raise TrainerError("CONFIG", "an Apple GPU is for one process", 'use device "cpu"')
    on_cuda = device.type == "cuda"
    if on_cuda:
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    try:
        dist.init_process_group("gloo", timeout=_WAIT_FOR_FIRST)
        data = dist.new_group(backend="nccl" if on_cuda else "gloo", timeout=_WAIT_FOR_EACH_OTHER)
    except (RuntimeError, ValueError) as error:
        raise TrainerError(
            "CONFIG",
            f"the processes cannot reach each other: {error}",
            "check that the machines can open connections to each other, and GLOO_SOCKET_IFNAME",
        ) from error
    return World(dist.get_rank(), dist.get_world_size(), dist.group.WORLD, data, device)
