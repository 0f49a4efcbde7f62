"""Jobs are read strictly: what is not understood is refused by name."""

import dataclasses

import pytest

from semblance_trainer.base.config import Hyperparameters, parse_export_config, parse_fit_config
from semblance_trainer.base.errors import TrainerError
from semblance_trainer.base.strict_json import camel_case

FIT = {"checkpoint": "c", "runFolder": "r", "train": "t", "validation": "v", "startedAt": 1}


def test_a_minimal_fit_gets_every_default() -> None:
    config = parse_fit_config(FIT)
    assert config.hyperparameters == Hyperparameters()
    assert (config.method, config.never_worse, config.resume) == ("full", "mean", False)
    assert config.started_at == 1.0


def test_the_defaults_are_those_of_the_protocol() -> None:
    found = {camel_case(k): v for k, v in dataclasses.asdict(Hyperparameters()).items()}
    assert found == {
        "learningRate": "auto",
        "batchSize": 64,
        "miniBatchSize": None,
        "weightDecay": 0.1,
        "warmup": 0.1,
        "layerDecay": 1.0,
        "ema": None,
        "precision": "auto",
        "loraRank": 16,
        "loraAlpha": 32,
        "loraDropout": 0.0,
        "loss": "auto",
        "maxSteps": None,
        "evaluationInterval": None,
        "patience": None,
        "gradientClip": 1.0,
        "maxLogitScale": 100.0,
        "cropMargin": 0.125,
        "mirror": False,
        "hardNegatives": None,
        "cacheBytes": 1 << 34,
        "seed": None,
        "threads": None,
        "averageTop": 3,
    }


def test_a_seed_among_the_hyperparameters_is_the_seed() -> None:
    assert parse_fit_config({**FIT, "hyperparameters": {"seed": 7}}).seed == 7
    assert parse_fit_config({**FIT, "seed": 3, "hyperparameters": {}}).seed == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lr": 1}, "unknown key 'lr'"),
        ({"hyperparameters": {"epochs": 3}}, "unknown key 'epochs'"),
        ({"hyperparameters": {"batchSize": "64"}}, r"batchSize: expected a whole number.*'64'"),
        ({"hyperparameters": {"batchSize": 6.5}}, "batchSize: expected a whole number"),
        ({"hyperparameters": {"batchSize": 0}}, "batchSize: expected a number above 0"),
        ({"hyperparameters": {"learningRate": "fast"}}, "a number or 'auto', found 'fast'"),
        ({"hyperparameters": {"learningRate": True}}, "learningRate: expected"),
        ({"hyperparameters": {"warmup": 2}}, r"warmup: expected a number in 0.0..1.0"),
        ({"hyperparameters": {"layerDecay": 0}}, "layerDecay: expected a number above 0"),
        ({"hyperparameters": {"ema": 1}}, r"ema: expected a number in 0.0..0.99"),
        ({"hyperparameters": {"precision": "int8"}}, "precision: expected one of 'auto', 'fp32'"),
        ({"hyperparameters": {"loraRank": 0}}, "loraRank: expected a number above 0"),
        ({"hyperparameters": {"miniBatchSize": 0}}, "miniBatchSize: expected a number above 0"),
        ({"hyperparameters": []}, "hyperparameters: expected an object"),
        ({"method": "adam"}, "method: expected one of 'full', 'lora', .* found 'adam'"),
        ({"timeLimit": -1}, "timeLimit: expected a number above 0"),
        ({"timeLimit": float("nan")}, "timeLimit: expected a number"),
        ({"resume": 1}, "resume: expected true or false"),
        ({"checkpoint": None}, "checkpoint: expected a string"),
        ({"evalMetric": "hits@1"}, "evalMetric: expected a metric such as mrr.*'hits@1'"),
        ({"evalMetric": "hit@0"}, "evalMetric: expected a metric"),
        ({"evalMetric": "t2i.rsum"}, "evalMetric: expected a metric"),
        ({"hyperparameters": {"averageTop": 0}}, "averageTop: expected a number above 0"),
        ({"hyperparameters": {"hardNegatives": {"range_max": 5}}}, "unknown key 'range_max'"),
        (
            {"hyperparameters": {"hardNegatives": {"rangeMin": 9, "rangeMax": 9}}},
            "hardNegatives.rangeMax: expected a whole number of at least 10, found 9",
        ),
        (
            {"hyperparameters": {"hardNegatives": {"relativeMargin": -0.1}}},
            "relativeMargin: expected a number of at least 0",
        ),
        ({"hyperparameters": {"cacheBytes": -1}}, "cacheBytes: expected a number in"),
        ({"seed": -1}, "seed: expected a whole number of at least 0"),
    ],
)
def test_a_wrong_value_is_refused_with_its_path(change: dict[str, object], message: str) -> None:
    with pytest.raises(TrainerError, match=message) as caught:
        parse_fit_config({**FIT, **change})
    assert caught.value.code == "CONFIG"


def test_a_missing_key_is_named() -> None:
    with pytest.raises(TrainerError, match="config.train: missing"):
        parse_fit_config({k: v for k, v in FIT.items() if k != "train"})


def test_an_export_may_name_certificate_items() -> None:
    items = {"images": ["a.jpg"], "texts": ["a", "b"]}
    config = parse_export_config({"checkpoint": "c", "output": "o", "certificate": items})
    assert config.certificate is not None
    assert config.certificate.texts == ("a", "b")
    assert config.name is None
