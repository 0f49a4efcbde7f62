"""What is installed, by its metadata alone: importing torch takes seconds.

`python -m semblance_trainer.job.environment_report` imports everything all the same, to see that it
works, and prints the report as JSON.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import os
import re
import sys
from pathlib import Path

__all__ = ["MINIMUM_VERSIONS", "import_everything", "is_older", "report_environment"]

MINIMUM_VERSIONS = {
    "torch": "2.8",
    "transformers": "5.4",
    "tokenizers": "0.22.1",
    "safetensors": "0.6.1",
    "pillow": "10",
    "numpy": "1.26",
    "onnx": "1.18",
    "onnxscript": "0.6.2",
    "onnxruntime": "1.20",
    "peft": "0.18",
}
"""What training and export need: the lower bounds of pyproject.toml, which are tested."""


def report_environment() -> dict[str, object]:
    """Return python, executable, packages, minimums, missing, outdated and device.

    `packages` has the version or None by name, `minimums` the oldest version that will do;
    `device` is where `device: "auto"` will most likely train.
    """
    versions = {name: _version_of(name) for name in MINIMUM_VERSIONS}
    return {
        "python": ".".join(map(str, sys.version_info[:3])),
        "executable": sys.executable,
        "packages": versions,
        "minimums": MINIMUM_VERSIONS,
        "missing": [name for name, version in versions.items() if version is None],
        "outdated": [
            name
            for name, version in versions.items()
            if version is not None and is_older(version, MINIMUM_VERSIONS[name])
        ],
        "device": _likely_device(versions["torch"] or ""),
    }


def is_older(version: str, minimum: str) -> bool:
    """Compare release numbers: "2.13.0+cpu" is not older than "2.8"."""
    return _release(version) < _release(minimum)


def _release(version: str) -> list[int]:
    match = re.match(r"\d+(\.\d+)*", version)
    return [int(part) for part in match.group().split(".")] if match else []


def _version_of(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _likely_device(torch_version: str) -> str:
    if sys.platform == "darwin" and os.uname().machine == "arm64":
        return "mps"
    has_driver = Path("/proc/driver/nvidia").exists()
    return "cuda" if has_driver and "+cpu" not in torch_version else "cpu"


def import_everything() -> None:
    """Import each of the packages; raises ImportError when one does not work here."""
    for name in MINIMUM_VERSIONS:
        importlib.import_module("PIL" if name == "pillow" else name)


if __name__ == "__main__":
    import_everything()
    sys.stdout.write(json.dumps(report_environment()) + "\n")
