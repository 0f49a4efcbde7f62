"""Features and gradients of all processes that share a batch, exact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.distributed as dist

__all__ = ["PeerLost", "among_peers", "average_gradients", "gather", "share_of"]

_BUCKET_BYTES = 32 << 20


class PeerLost(Exception):  # noqa: N818 - a consequence: the error itself is another process's
    """Another process of the job has ended, or did not answer for ten minutes."""


@contextmanager
def among_peers() -> Iterator[None]:
    """Raise PeerLost for what gloo and NCCL raise."""
    try:
        yield
    except RuntimeError as error:
        raise PeerLost(str(error)) from error


def share_of(rows: int, place: tuple[int, int]) -> slice:
    """Return which rows are those of the rank in `place` (rank, size); shares differ by one."""
    rank, size = place
    return slice(rows * rank // size, rows * (rank + 1) // size)


def gather(
    features: torch.Tensor,  # [share, dimension]
    batch: int,
    place: tuple[int, int],
    group: Any,
) -> torch.Tensor:
    """Return the features of the whole batch, [batch, dimension], from everybody's share.

    The gradient of a share is taken from the loss that this process computes of the whole batch,
    times the number of processes: the mean over processes is then exact, of the towers' weights
    as well as of what only the loss knows, like the logit scale. Nothing needs to be sent for it.
    """
    gathered: torch.Tensor = _Gather.apply(features, batch, place, group)  # type: ignore[no-untyped-call]
    return gathered


class _Gather(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, features: torch.Tensor, batch: int, place: tuple[int, int], group: Any
    ) -> torch.Tensor:
        size = place[1]
        ctx.size, ctx.own = size, share_of(batch, place)
        shares = [share_of(batch, (rank, size)) for rank in range(size)]
        lengths = [share.stop - share.start for share in shares]
        padded = features.new_zeros((max(lengths), *features.shape[1:]))
        padded[: len(features)] = features
        parts = [torch.empty_like(padded) for _ in lengths]
        with among_peers():
            dist.all_gather(parts, padded, group=group)
        return torch.cat([part[:length] for part, length in zip(parts, lengths, strict=True)])

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None, None, None]:
        return gradients[0][ctx.own] * ctx.size, None, None, None


def average_gradients(parameters: Iterable[torch.nn.Parameter], size: int, group: Any) -> None:
    """Replace every gradient by its mean over the processes, the same bits in each."""
    gradients = [p.grad for p in parameters if p.grad is not None]
    for bucket in _buckets(gradients):
        flat = torch.cat([gradient.reshape(-1) for gradient in bucket])
        with among_peers():
            dist.all_reduce(flat, group=group)
        flat /= size
        pieces = torch.split(flat, [gradient.numel() for gradient in bucket])
        for gradient, piece in zip(bucket, pieces, strict=True):
            gradient.copy_(piece.view_as(gradient))


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
