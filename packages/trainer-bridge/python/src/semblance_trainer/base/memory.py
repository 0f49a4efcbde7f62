"""How much memory this process takes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["measure_memory"]


def measure_memory() -> dict[str, int]:
    """Return `memoryBytes`, and `deviceMemoryBytes` where CUDA is in use.

    Resident memory on Linux; elsewhere the most that there ever was.
    """
    device = _device_bytes()
    return {"memoryBytes": _resident_bytes()} | (
        {} if device is None else {"deviceMemoryBytes": device}
    )


def _resident_bytes() -> int:
    if sys.platform == "linux":
        pages = Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024  # macOS counts bytes, others KiB


def _device_bytes() -> int | None:
    torch = sys.modules.get("torch")  # without it there is no device, and it is slow to import
    if torch is None or not torch.cuda.is_initialized():
        return None
    return int(torch.cuda.memory_reserved())
