"""What a job is told: JSON with camelCase keys in, frozen dataclasses out; anything odd refused."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from semblance_trainer.base.metric import parse_metric
from semblance_trainer.base.negative_rules import HardNegatives, check_hard_negatives
from semblance_trainer.base.strict_json import parse_strictly, refuse

__all__ = [
    "CertificateItems",
    "DataHashes",
    "ExportConfig",
    "FitConfig",
    "Hyperparameters",
    "parse_export_config",
    "parse_fit_config",
]

_BELOW_ONE = math.nextafter(1.0, 0.0)


@dataclass(frozen=True)
class Hyperparameters:
    """How to train; every one has a default.

    Attributes:
        learning_rate: peak of the schedule, or "auto" (see `learning_rate.py`).
        batch_size: images a step, each with one caption.
        mini_batch_size: of them encoded at a time (GradCache: the same gradients in less memory);
            None: all.
        weight_decay: of AdamW, on matrices alone.
        warmup: fraction of the steps in which the rate rises from 0.
        layer_decay: each layer's rate is that of the next one times this; 1: all the same.
        ema: decay of the running average of the weights, which is then what is evaluated and kept;
            None: no average.
        precision: in which the towers compute; "auto": bf16 or fp16 on CUDA, else fp32.
        lora_rank, lora_alpha, lora_dropout: of method "lora".
        loss: "infonce", "sigmoid" (SigLIP models only), or "auto": the model's own.
        max_steps: stop after that many updates; None: the time limit decides, or 10 epochs.
        evaluation_interval: seconds between evaluations; None: an eighth of the time limit.
        patience: evaluations without improvement after which training stops; None: never.
        gradient_clip: largest L2 norm of the gradient.
        max_logit_scale: upper bound of exp(logit_scale); a start above it keeps its own.
        crop_margin: training images are resized to size·(1 + margin) and cropped at random.
        mirror: show half of the images mirrored, but for captions that name left or right.
        hard_negatives: captions that an image is taken for are packed into its batch; None: not.
        cache_bytes: largest size of decoded training images on disk; above it they are decoded
            anew in each epoch.
        seed: of batches, captions and crops; None: the fit's own.
        threads: of torch; None: torch's default.
        average_top: so many of the best checkpoints are kept; their average is a candidate.
    """

    learning_rate: float | Literal["auto"] = "auto"
    batch_size: int = 64
    mini_batch_size: int | None = None
    weight_decay: float = 0.1
    warmup: float = 0.1
    layer_decay: float = 1.0
    ema: float | None = None
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    lora_rank: int = 16
    lora_alpha: int = 32
    lora_dropout: float = 0.0
    loss: Literal["auto", "infonce", "sigmoid"] = "auto"
    max_steps: int | None = None
    evaluation_interval: float | None = None
    patience: int | None = None
    gradient_clip: float = 1.0
    max_logit_scale: float = 100.0
    crop_margin: float = 0.125
    mirror: bool = False
    hard_negatives: HardNegatives | None = None
    cache_bytes: int = 1 << 34
    seed: int | None = None
    threads: int | None = None
    average_top: int = 3


@dataclass(frozen=True)
class DataHashes:
    """What identifies the data for a model card; None where nobody says."""

    train: str | None = None
    validation: str | None = None


@dataclass(frozen=True)
class FitConfig:
    """A fit: start, data, run folder, clock.

    `checkpoint` is a folder with config.json and model.safetensors, or "scratch:tiny"; `train`
    and `validation` are dataset folders (see `dataset.py`); `started_at` is the Unix time at which
    the clock of `time_limit` (seconds) began; `eval_metric` is the measure by which weights are
    chosen and judged (see `metric.py`).
    Each of `nodes` machines has so many `processes`; "auto" is one for every CUDA device, or one.
    Several machines meet at `rendezvous`, HOST:PORT of the first.
    """

    checkpoint: str
    run_folder: str
    train: str
    validation: str
    started_at: float
    time_limit: float | None = None
    seed: int = 0
    method: Literal["full", "lora", "lit", "bitfit"] = "full"
    never_worse: Literal["mean", "significant"] = "mean"
    eval_metric: str = "mrr"
    resume: bool = False
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    hashes: DataHashes = DataHashes()
    processes: int | Literal["auto"] = "auto"
    nodes: int = 1
    rendezvous: str | None = None
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
    synthetic pixels and texts. `dtypes` are the precisions to write. `data` is a dataset folder
    (see `dataset.py`) on which the cost of each precision is measured.
    """

    checkpoint: str
    output: str
    name: str | None = None
    base: str | None = None
    certificate: CertificateItems | None = None
    dtypes: tuple[Literal["fp32", "fp16", "int8"], ...] = ("fp32",)
    data: str | None = None


def parse_fit_config(value: object) -> FitConfig:
    """Parse the `config` of a fit job. Raises TrainerError CONFIG."""
    config = parse_strictly(FitConfig, value, "config")
    _check_ranges(config)
    _check_machines(config)
    parse_metric(config.eval_metric)
    seed = config.hyperparameters.seed
    return config if seed is None else replace(config, seed=seed)


def parse_export_config(value: object) -> ExportConfig:
    """Parse the `config` of an export job. Raises TrainerError CONFIG."""
    config = parse_strictly(ExportConfig, value, "config")
    if not config.dtypes:
        raise refuse("config.dtypes", "at least one precision", [])
    return config


def _check_machines(config: FitConfig) -> None:
    for key, value in (("processes", config.processes), ("nodes", config.nodes)):
        if value != "auto" and value < 1:
            raise refuse(f"config.{key}", "a whole number of at least 1", value)
    if config.device == "mps" and config.processes not in (1, "auto"):
        raise refuse("config.processes", "1 on an Apple GPU", config.processes)
    host, _, port = (config.rendezvous or "").rpartition(":")
    if config.nodes > 1 and not (host and port.isdigit()):
        raise refuse("config.rendezvous", "HOST:PORT of the first machine", config.rendezvous)


def _check_ranges(config: FitConfig) -> None:
    h = config.hyperparameters
    positive: dict[str, float | None] = {
        "timeLimit": config.time_limit,
        "hyperparameters.batchSize": h.batch_size,
        "hyperparameters.miniBatchSize": h.mini_batch_size,
        "hyperparameters.layerDecay": h.layer_decay,
        "hyperparameters.loraRank": h.lora_rank,
        "hyperparameters.loraAlpha": h.lora_alpha,
        "hyperparameters.maxSteps": h.max_steps,
        "hyperparameters.evaluationInterval": h.evaluation_interval,
        "hyperparameters.patience": h.patience,
        "hyperparameters.gradientClip": h.gradient_clip,
        "hyperparameters.threads": h.threads,
        "hyperparameters.averageTop": h.average_top,
        "hyperparameters.learningRate": None if h.learning_rate == "auto" else h.learning_rate,
    }
    for key, value in positive.items():
        if value is not None and value <= 0:
            raise refuse(f"config.{key}", "a number above 0", value)
    ranges = {
        "weightDecay": (h.weight_decay, 0.0, math.inf),
        "warmup": (h.warmup, 0.0, 1.0),
        "layerDecay": (h.layer_decay, 0.0, 1.0),
        "ema": (h.ema or 0.0, 0.0, _BELOW_ONE),
        "loraDropout": (h.lora_dropout, 0.0, _BELOW_ONE),
        "maxLogitScale": (h.max_logit_scale, 1.0, math.inf),
        "cropMargin": (h.crop_margin, 0.0, 1.0),
        "cacheBytes": (h.cache_bytes, 0.0, math.inf),
    }
    for key, (value, low, high) in ranges.items():
        if not low <= value <= high:
            raise refuse(f"config.hyperparameters.{key}", f"a number in {low}..{high}", value)
    if h.hard_negatives is not None:
        check_hard_negatives(h.hard_negatives, "config.hyperparameters.hardNegatives")
    if config.seed < 0:
        raise refuse("config.seed", "a whole number of at least 0", config.seed)
