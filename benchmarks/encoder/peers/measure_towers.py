"""Does a tower job in this process and prints the result: the twin of `measure-towers.ts`."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np

Encode = Callable[[list[str]], np.ndarray]
"""Paths or texts to embeddings [items, dimension], float32."""


def read_job() -> SimpleNamespace:
    """Return the job that the command line names."""
    return SimpleNamespace(**json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))


def measure_towers(job: SimpleNamespace, image: Encode, text: Encode) -> None:
    """Measure both towers, the image tower first; each is loaded on its first use."""
    image(job.images[:1])
    result = {"firstImageAt": time.time() * 1000}
    result["image"] = _measure(image, job.images, Path(job.output) / "image.f32", job)
    result["imageMemory"] = _peak_memory()
    if job.texts:
        result["text"] = _measure(text, job.texts, Path(job.output) / "text.f32", job)
        result["bothMemory"] = _peak_memory()
    print(json.dumps(result), flush=True)


def unit(vectors: np.ndarray) -> np.ndarray:
    """Return the rows L2-normalised."""
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def in_batches(items: list[str], size: int, run: Encode) -> np.ndarray:
    """Run batches one after another."""
    starts = range(0, len(items), size)
    return np.concatenate([run(items[start : start + size]) for start in starts])


def _measure(encode: Encode, items: list[str], file: Path, job: SimpleNamespace) -> float:
    encode(items[: job.warmUp])
    started = time.perf_counter()
    embeddings = encode(items)
    seconds = time.perf_counter() - started
    embeddings.astype("<f4").tofile(file)
    return len(items) / seconds


def _peak_memory() -> float:
    """The most memory this process has held, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # bytes on macOS
