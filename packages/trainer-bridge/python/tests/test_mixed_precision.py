"""Precisions by device, and gradients that overflow in fp16."""

import pytest
import torch

from semblance_trainer.base.errors import TrainerError
from semblance_trainer.models.mixed_precision import MixedPrecision, choose_precision

CPU = torch.device("cpu")


def test_a_processor_computes_in_float32_unless_asked_otherwise() -> None:
    assert choose_precision("auto", CPU) == "fp32"
    assert choose_precision("auto", torch.device("mps")) == "fp32"
    assert choose_precision("bf16", CPU) == "bf16"


@pytest.mark.parametrize("wanted", ["bf16", "fp16"])
def test_what_a_device_does_not_have_is_refused(wanted: str) -> None:
    with pytest.raises(TrainerError, match="not for mps devices") as caught:
        choose_precision(wanted, torch.device("mps"))  # type: ignore[arg-type]
    assert caught.value.code == "CONFIG"


def step(precision: MixedPrecision, weight: torch.nn.Parameter, gradient: float) -> None:
    optimizer = torch.optim.SGD([weight], lr=1.0)
    weight.grad = None
    precision.backward((weight * gradient).sum())
    precision.unscale(optimizer)
    precision.step(optimizer)


def test_gradients_have_their_own_length_when_they_are_clipped() -> None:
    precision = MixedPrecision("fp16", CPU)
    weight = torch.nn.Parameter(torch.zeros(1))
    precision.backward((weight * 0.5).sum())
    assert weight.grad is not None
    assert weight.grad.item() == 0.5 * 2**16
    precision.unscale(torch.optim.SGD([weight], lr=1.0))
    assert weight.grad.item() == 0.5


def test_a_gradient_that_overflows_changes_nothing_but_the_factor() -> None:
    precision = MixedPrecision("fp16", CPU)
    weight = torch.nn.Parameter(torch.zeros(1))
    step(precision, weight, 1e-6)
    assert weight.item() == pytest.approx(-1e-6)
    before = precision.tensors()["scale"].item()
    step(precision, weight, 1e38)
    assert weight.item() == pytest.approx(-1e-6)
    assert precision.tensors()["scale"].item() == before / 2
    assert precision.may_recover()


def test_a_factor_that_cannot_be_halved_any_more_is_no_excuse() -> None:
    precision = MixedPrecision("fp16", CPU)
    precision.load({"scale": torch.tensor(1.0), "growth": torch.tensor(0)})
    assert not precision.may_recover()
    assert not MixedPrecision("bf16", CPU).may_recover()


def test_the_factor_goes_on_where_it_stood() -> None:
    first, second = MixedPrecision("fp16", CPU), MixedPrecision("fp16", CPU)
    weight = torch.nn.Parameter(torch.zeros(1))
    for gradient in (1e38, 1.0, 1.0):
        step(first, weight, gradient)
    second.load(first.tensors())
    assert first.tensors() == second.tensors() == {"scale": 2.0**15, "growth": 2}
