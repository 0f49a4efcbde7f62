"""Several processes that train one model together, each on its rows of every batch.

The global batch is the one a single process would have: every process encodes its share, hears the
features of all, and computes the loss of the whole batch. What it then sends back is the mean of
the processes' gradients, so the update is the single process's, but for the order of sums.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist

from semblance_trainer.errors import TrainerError
from semblance_trainer.gradients import ALONE, Exchange

__all__ = ["SOLO", "PeerLost", "World", "join_world"]

_WAIT_FOR_FIRST = timedelta(hours=24)
_WAIT_FOR_EACH_OTHER = timedelta(minutes=10)
_BUCKET_BYTES = 32 << 20


class PeerLost(Exception):  # noqa: N818 - a consequence: the error itself is another process's
    """Another process of the job has ended, or did not answer for ten minutes."""


@contextmanager
def _among_peers() -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:  # what gloo and NCCL raise, torch's own errors of it included
        raise PeerLost(str(error)) from error


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
        return slice(rows * self.rank // self.size, rows * (self.rank + 1) // self.size)

    @property
    def place(self) -> tuple[int, int]:
        """Return rank and size."""
        return (self.rank, self.size)

    def agree_on(self, targets: torch.Tensor) -> torch.Tensor:
        """Return targets [batch, batch] in which all is NaN of each row that is so for anybody.

        Only the process that reads an image learns that it cannot be read.
        """
        if self.size == 1:
            return targets
        unknown = targets.isnan().all(dim=1).to(torch.uint8).to(self.device)
        with _among_peers():
            dist.all_reduce(unknown, dist.ReduceOp.MAX, group=self.data)
        rows = unknown.bool().to(targets.device)
        return targets.masked_fill(rows[:, None] | rows[None, :], torch.nan)

    @property
    def exchange(self) -> Exchange:
        """What makes each process's gradients those of the whole batch."""
        return ALONE if self.size == 1 else Exchange(self._gather, self._average_gradients)

    def _gather(self, features: torch.Tensor, batch: int) -> torch.Tensor:
        """Return the features of the whole batch, [batch, dimension], from everybody's share.

        The gradient of a share is taken from the loss that this process computes of the whole
        batch, times the number of processes: the mean over processes is then exact, of the
        towers' weights as well as of what only the loss knows, like the logit scale.
        """
        gathered: torch.Tensor = _Gather.apply(features, self, batch)  # type: ignore[no-untyped-call]
        return gathered

    def _average_gradients(self, parameters: Iterable[torch.nn.Parameter]) -> None:
        """Replace every gradient by its mean over the processes, the same bits in each."""
        gradients = [p.grad for p in parameters if p.grad is not None]
        for bucket in _buckets(gradients):
            flat = torch.cat([gradient.reshape(-1) for gradient in bucket])
            with _among_peers():
                dist.all_reduce(flat, group=self.data)
            flat /= self.size
            pieces = torch.split(flat, [gradient.numel() for gradient in bucket])
            for gradient, piece in zip(bucket, pieces, strict=True):
                gradient.copy_(piece.view_as(gradient))

    def copy_from_first(self, tensors: Iterable[torch.Tensor]) -> None:
        """Replace the tensors by those of rank 0."""
        if self.size == 1:
            return
        for tensor in tensors:
            with _among_peers():
                dist.broadcast(tensor, src=0, group=self.data)

    def tell(self, value: Any = None) -> Any:
        """Return rank 0's `value` in every process; the others wait for it, a day if need be."""
        if self.size == 1:
            return value
        box = [value]
        with _among_peers():
            dist.broadcast_object_list(box, src=0, group=self.control)
        return box[0]

    def collect(self, value: Any) -> list[Any]:
        """Return everybody's `value`, in order of rank; empty in all processes but rank 0."""
        if self.size == 1:
            return [value]
        values = [None] * self.size if self.rank == 0 else None
        with _among_peers():
            dist.gather_object(value, values, dst=0, group=self.control)
        return values or []


SOLO = World()


class _Gather(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, features: torch.Tensor, world: World, batch: int) -> torch.Tensor:
        ctx.size, ctx.own = world.size, world.share(batch)
        shares = [World(rank, world.size).share(batch) for rank in range(world.size)]
        lengths = [share.stop - share.start for share in shares]
        padded = features.new_zeros((max(lengths), *features.shape[1:]))
        padded[: len(features)] = features
        parts = [torch.empty_like(padded) for _ in lengths]
        with _among_peers():
            dist.all_gather(parts, padded, group=world.data)
        return torch.cat([part[:length] for part, length in zip(parts, lengths, strict=True)])

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        return gradients[0][ctx.own] * ctx.size, None, None


def _buckets(tensors: list[torch.Tensor]) -> Iterator[list[torch.Tensor]]:
    """Group neighbours of one type, about 32 MB at a time: few messages, little extra memory."""
    bucket: list[torch.Tensor] = []
    size = 0
    for tensor in tensors:
        if bucket and (size >= _BUCKET_BYTES or tensor.dtype != bucket[0].dtype):
            yield bucket
            bucket, size = [], 0
        bucket.append(tensor)
        size += tensor.numel() * tensor.element_size()
    if bucket:
        yield bucket


def join_world(device: torch.device) -> World:
    """Join the processes that torchrun started with this one; on CUDA take this one's device.

    Raises CONFIG where they cannot find each other.
    """
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
