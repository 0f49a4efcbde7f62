"""Recall@k of both directions as CLIP_benchmark computes it, written afresh from its formula.

https://github.com/LAION-AI/CLIP_benchmark/blob/main/clip_benchmark/metrics/zeroshot_retrieval.py: the whole
score matrix, the positive pairs as a Boolean matrix of the same shape, then per batch of 64 queries the
top k by torch.topk, one-hot, multiplied with the positives; a query counts when any is found.

Prints a line when ready, then one for every line on standard input: see ``system.ts``.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch

CUTOFFS = (1, 5, 10)
BATCH = 64


def recall_at_k(scores: torch.Tensor, positives: torch.Tensor, k: int) -> torch.Tensor:
    """Share of each query's positives among its first k. Both arguments [queries, gallery]."""
    indices = torch.topk(scores, k, dim=1).indices
    positives_per_query = positives.sum(dim=1)
    one_hot = torch.nn.functional.one_hot(
        indices, num_classes=scores.shape[1]
    )  # [queries, k, gallery]
    found = (one_hot * positives[:, None, :]).sum(dim=(1, 2))
    return found / positives_per_query


def batched(scores: torch.Tensor, positives: torch.Tensor, k: int) -> float:
    parts = [
        recall_at_k(scores[start : start + BATCH], positives[start : start + BATCH], k)
        for start in range(0, len(scores), BATCH)
    ]
    return float((torch.cat(parts) > 0).float().mean())


def evaluate(image: torch.Tensor, text: torch.Tensor) -> list[float]:
    scores = text @ image.t()  # [texts, images]
    positives = torch.zeros_like(scores, dtype=torch.bool)
    rows = torch.arange(len(text))
    positives[rows, rows // (len(text) // len(image))] = True
    return [batched(scores, positives, k) for k in CUTOFFS] + [
        batched(scores.t(), positives.t(), k) for k in CUTOFFS
    ]


def peak_mib() -> float:
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def main() -> None:
    folder = Path(sys.argv[1])
    image, text = (torch.from_numpy(np.load(folder / f"{name}.npy")) for name in ("image", "text"))
    print("ready", flush=True)
    for _ in sys.stdin:
        started = time.perf_counter()
        figures = evaluate(image, text)
        seconds = time.perf_counter() - started
        print(json.dumps({"seconds": seconds, "memory": peak_mib(), "figures": figures}), flush=True)


if __name__ == "__main__":
    main()
