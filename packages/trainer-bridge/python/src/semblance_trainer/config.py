"""What a job is told: JSON with camelCase keys in, frozen dataclasses out; anything odd refused."""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from semblance_trainer.errors import TrainerError

__all__ = [
    "CertificateItems",
    "ExportConfig",
    "FitConfig",
    "Hyperparameters",
    "camel_case",
    "parse_export_config",
    "parse_fit_config",
]

T = TypeVar("T")


@dataclass(frozen=True)
class Hyperparameters:
    """How to train; every one has a default.

    Attributes:
        learning_rate: peak of the schedule, or "auto" (see `learning_rate.py`).
        batch_size: images a step, each with one caption.
        weight_decay: of AdamW, on matrices alone.
        warmup: fraction of the steps in which the rate rises from 0.
        max_steps: stop after that many updates; None: the time limit decides, or 10 epochs.
        evaluation_interval: seconds between evaluations; None: an eighth of the time limit.
        patience: evaluations without improvement after which training stops; None: never.
        gradient_clip: largest L2 norm of the gradient.
        max_logit_scale: upper bound of exp(logit_scale); a start above it keeps its own.
        crop_margin: training images are resized to size·(1 + margin) and cropped at random.
        threads: of torch; None: torch's default.
    """

    learning_rate: float | Literal["auto"] = "auto"
    batch_size: int = 64
    weight_decay: float = 0.1
    warmup: float = 0.1
    max_steps: int | None = None
    evaluation_interval: float | None = None
    patience: int | None = None
    gradient_clip: float = 1.0
    max_logit_scale: float = 100.0
    crop_margin: float = 0.125
    threads: int | None = None


@dataclass(frozen=True)
class FitConfig:
    """A fit: start, data, run folder, clock.

    `checkpoint` is a folder with config.json and model.safetensors, or "scratch:tiny"; `train`
    and `validation` are dataset folders (see `dataset.py`); `started_at` is the Unix time at which
    the clock of `time_limit` (seconds) began.
    """

    checkpoint: str
    run_folder: str
    train: str
    validation: str
    started_at: float
    time_limit: float | None = None
    seed: int = 0
    method: Literal["full"] = "full"
    never_worse: Literal["mean", "significant"] = "mean"
    resume: bool = False
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    hyperparameters: Hyperparameters = field(default_factory=Hyperparameters)

    @property
    def job_folder(self) -> Path:
        """Where state, events and checkpoints of the run lie."""
        return Path(self.run_folder) / "job"


@dataclass(frozen=True)
class CertificateItems:
    """Real items on which an export is compared with PyTorch: image paths and texts."""

    images: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class ExportConfig:
    """An export: checkpoint folder in, model folder out.

    `name` defaults to the checkpoint folder's; without `certificate` items the comparison runs on
    synthetic pixels and texts.
    """

    checkpoint: str
    output: str
    name: str | None = None
    base: str | None = None
    certificate: CertificateItems | None = None


def camel_case(name: str) -> str:
    """Return `batch_size` as `batchSize`."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def parse_fit_config(value: object) -> FitConfig:
    """Parse the `config` of a fit job. Raises TrainerError CONFIG."""
    config = _parse(FitConfig, value, "config")
    _check_ranges(config)
    return config


def parse_export_config(value: object) -> ExportConfig:
    """Parse the `config` of an export job. Raises TrainerError CONFIG."""
    return _parse(ExportConfig, value, "config")


def _refuse(path: str, expected: str, found: object) -> TrainerError:
    return TrainerError("CONFIG", f"{path}: expected {expected}, found {found!r}")


def _parse(kind: type[T], value: object, path: str) -> T:
    if not isinstance(value, dict):
        raise _refuse(path, "an object", value)
    fields = {camel_case(item.name): item for item in dataclasses.fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(value) - set(fields))
    if unknown:
        known = ", ".join(sorted(fields))
        raise TrainerError(
            "CONFIG", f"{path}: unknown key {unknown[0]!r}", f"known keys are {known}"
        )
    hints = typing.get_type_hints(kind)
    arguments: dict[str, Any] = {}
    for key, item in fields.items():
        if key in value:
            arguments[item.name] = _convert(hints[item.name], value[key], f"{path}.{key}")
        elif item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING:
            raise TrainerError("CONFIG", f"{path}.{key}: missing")
    return kind(**arguments)


def _convert(hint: Any, value: object, path: str) -> Any:
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return _convert_union(typing.get_args(hint), value, path)
    if origin is Literal:
        if value not in typing.get_args(hint):
            raise _refuse(path, f"one of {', '.join(map(repr, typing.get_args(hint)))}", value)
        return value
    if origin is tuple:
        if not isinstance(value, list):
            raise _refuse(path, "a list", value)
        inner = typing.get_args(hint)[0]
        return tuple(_convert(inner, item, f"{path}[{i}]") for i, item in enumerate(value))
    if dataclasses.is_dataclass(hint):
        return _parse(typing.cast("type[Any]", hint), value, path)
    return _convert_plain(hint, value, path)


def _convert_union(options: tuple[Any, ...], value: object, path: str) -> Any:
    if value is None and type(None) in options:
        return None
    others = [option for option in options if option is not type(None)]
    if len(others) == 1:
        return _convert(others[0], value, path)
    for option in others:
        try:
            return _convert(option, value, path)
        except TrainerError:
            continue
    raise _refuse(path, "a number or 'auto'", value)


def _convert_plain(hint: Any, value: object, path: str) -> Any:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if hint is float and number and math.isfinite(typing.cast("float", value)):
        return float(typing.cast("float", value))
    if hint is int and number and float(typing.cast("float", value)).is_integer():
        return int(typing.cast("float", value))
    if hint in (bool, str) and isinstance(value, hint):
        return value
    names = {float: "a number", int: "a whole number", bool: "true or false", str: "a string"}
    raise _refuse(path, names[hint], value)


def _check_ranges(config: FitConfig) -> None:
    h = config.hyperparameters
    positive: dict[str, float | None] = {
        "timeLimit": config.time_limit,
        "hyperparameters.batchSize": h.batch_size,
        "hyperparameters.maxSteps": h.max_steps,
        "hyperparameters.evaluationInterval": h.evaluation_interval,
        "hyperparameters.patience": h.patience,
        "hyperparameters.gradientClip": h.gradient_clip,
        "hyperparameters.threads": h.threads,
        "hyperparameters.learningRate": None if h.learning_rate == "auto" else h.learning_rate,
    }
    for key, value in positive.items():
        if value is not None and value <= 0:
            raise _refuse(f"config.{key}", "a number above 0", value)
    ranges = {
        "weightDecay": (h.weight_decay, 0.0, math.inf),
        "warmup": (h.warmup, 0.0, 1.0),
        "maxLogitScale": (h.max_logit_scale, 1.0, math.inf),
        "cropMargin": (h.crop_margin, 0.0, 1.0),
    }
    for key, (value, low, high) in ranges.items():
        if not low <= value <= high:
            raise _refuse(f"config.hyperparameters.{key}", f"a number in {low}..{high}", value)
    if config.seed < 0:
        raise _refuse("config.seed", "a whole number of at least 0", config.seed)
