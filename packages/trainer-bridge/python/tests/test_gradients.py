"""Gradients of parts are those of the whole, and half precision changes them a little."""

from pathlib import Path

import pytest
import torch

from conftest import shared_folder
from semblance_trainer.models.dual_encoder import DualEncoder, load_dual_encoder
from semblance_trainer.models.mixed_precision import MixedPrecision
from semblance_trainer.updates.gradients import GradientOptions, StepInput, compute_gradients

CPU = torch.device("cpu")
TEXTS = ["a red circle", "a blue bar, number 2", "a red circle", "3: cross in gold", "a red bar"]


@pytest.fixture
def model(micro_checkpoint: Path) -> DualEncoder:
    loaded = load_dual_encoder(micro_checkpoint, CPU)
    loaded.network.train()
    return loaded


def step_of(model: DualEncoder, side: int = 32) -> StepInput:
    """Make a batch of five in which texts 0 and 2 are the same, and belong to images 0 and 2."""
    generator = torch.Generator().manual_seed(1)
    pixels = torch.randn(5, 3, side, side, generator=generator, dtype=model.network.dtype)
    targets = torch.eye(5)
    targets[0, 2] = targets[2, 0] = 1.0
    return StepInput(pixels, model.texts.ids(TEXTS), targets)


def gradients(
    model: DualEncoder, options: GradientOptions, side: int = 32
) -> dict[str, torch.Tensor]:
    model.network.zero_grad()
    torch.manual_seed(5)
    compute_gradients(model, step_of(model, side), options)
    named = model.network.named_parameters()
    return {name: p.grad.clone() for name, p in named if p.grad is not None}


def worst_difference(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> float:
    """Return the largest difference of a parameter's gradient, relative to the largest of all."""
    assert one.keys() == other.keys()
    largest = max(g.norm().item() for g in one.values())
    return max((one[name] - other[name]).norm().item() for name in one) / largest


@pytest.mark.parametrize(("dtype", "bound"), [(torch.float32, 1e-5), (torch.float64, 1e-9)])
@pytest.mark.parametrize("size", [1, 2, 4])
def test_gradients_of_mini_batches_are_the_batchs(
    model: DualEncoder, size: int, dtype: torch.dtype, bound: float
) -> None:
    model.network.to(dtype)
    whole = gradients(model, GradientOptions("infonce"))
    parts = gradients(model, GradientOptions("infonce", mini_batch_size=size))
    assert len(whole) == len(list(model.network.parameters()))
    assert worst_difference(whole, parts) < bound


def test_gradients_of_the_sigmoid_loss_are_the_batchs_too() -> None:
    siglip = load_dual_encoder(shared_folder("oracle", "tiny-siglip", "checkpoint"), CPU)
    siglip.network.to(torch.float64)
    side = siglip.images.height
    whole, parts = (
        gradients(siglip, GradientOptions("sigmoid", size), side=side) for size in (None, 2)
    )
    assert {"logit_bias", "vision_model.head.probe"} < whole.keys()
    assert worst_difference(whole, parts) < 1e-9


def test_gradients_of_a_few_features_are_not_the_batchs(model: DualEncoder) -> None:
    """What the comparison above would find if parts did not see each other."""
    whole = gradients(model, GradientOptions("infonce"))
    step = step_of(model)
    model.network.zero_grad()
    for rows in (slice(0, 2), slice(2, 5)):
        part = StepInput(step.images[rows], step.ids[rows], step.targets[rows, rows])
        compute_gradients(model, part, GradientOptions("infonce"))
    apart = {n: p.grad for n, p in model.network.named_parameters() if p.grad is not None}
    assert worst_difference(whole, apart) > 1e-2


def test_both_encodings_of_a_mini_batch_drop_the_same(model: DualEncoder) -> None:
    """Encoded once with a graph, part by part under the same draws, gradients are the same."""
    model.network.to(torch.float64)
    for module in model.network.modules():
        if hasattr(module, "dropout") and isinstance(module.dropout, float):
            module.dropout = 0.3
    in_parts = gradients(model, GradientOptions("infonce", mini_batch_size=2))
    model.network.zero_grad()
    torch.manual_seed(5)
    step = step_of(model)
    encoded = []
    for rows in (slice(0, 2), slice(2, 4), slice(4, 6)):
        texts = model.encode_texts(step.ids[rows])
        encoded.append((model.encode_images(step.images[rows]), texts))
    images, texts = (torch.cat(features) for features in zip(*encoded, strict=True))
    logits = model.network.logit_scale.exp() * images @ texts.T
    wanted = step.targets.double() / step.targets.double().sum(1, keepdim=True)
    cross_entropy = torch.nn.functional.cross_entropy
    loss = (cross_entropy(logits, wanted) + cross_entropy(logits.T, wanted)) / 2
    torch.autograd.backward(loss)
    once = {n: p.grad for n, p in model.network.named_parameters() if p.grad is not None}
    assert worst_difference(once, in_parts) < 1e-9


def test_half_precision_gives_nearly_the_same_gradients(model: DualEncoder) -> None:
    exact = gradients(model, GradientOptions("infonce"))
    rounded = gradients(model, GradientOptions("infonce", 2, MixedPrecision("bf16", CPU)))
    assert 1e-5 < worst_difference(exact, rounded) < 0.1
    assert all(g.dtype == torch.float32 for g in rounded.values())
