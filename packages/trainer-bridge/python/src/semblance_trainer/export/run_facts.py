"""What a model card tells of how a fit was run."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import json
import platform
from typing import Any

import torch

from semblance_trainer.base.config import FitConfig, Hyperparameters
from semblance_trainer.base.strict_json import camel_case

__all__ = ["describe_environment", "describe_run"]

_PACKAGES = ("torch", "transformers", "onnxruntime")


def describe_run(config: FitConfig, device: torch.device) -> dict[str, Any]:
    """Return method, seed, hyperparameters that are not the default, data hashes, environment."""
    return {
        "method": config.method,
        "seed": config.seed,
        "hyperparameters": _changed(config.hyperparameters),
        "hashes": {"train": config.hashes.train, "validation": config.hashes.validation},
        "environment": describe_environment(device),
    }


def describe_environment(device: torch.device) -> str:
    """Return versions and device in a line."""
    versions = [f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES]
    system = f"{platform.system()} {platform.machine()}"
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
    return f"{', '.join(versions)}, Python {platform.python_version()}, {system}, device {name}"


def _changed(h: Hyperparameters) -> dict[str, Any]:
    """Return camelCase keys with the values, as JSON has them, that the user changed."""
    given, defaults = dataclasses.asdict(h), dataclasses.asdict(Hyperparameters())
    changed = {key: value for key, value in given.items() if value != defaults[key]}
    found: dict[str, Any] = json.loads(json.dumps(_in_camel_case(changed)))
    return found


def _in_camel_case(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {camel_case(key): _in_camel_case(item) for key, item in value.items()}
