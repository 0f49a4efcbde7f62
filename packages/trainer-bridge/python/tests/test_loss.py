"""Losses against the reference implementations' formulas, written plainly, and by hand."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from semblance_trainer.updates.loss import multi_positive_info_nce, sigmoid_loss

SCALE = torch.tensor(7.0)


def unit_rows(count: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return F.normalize(torch.randn(count, 5, generator=generator), dim=-1)


def test_single_positives_give_open_clips_loss() -> None:
    images, texts = unit_rows(6, 1), unit_rows(6, 2)
    logits = SCALE * images @ texts.T
    labels = torch.arange(6)
    expected = (F.cross_entropy(logits, labels) + F.cross_entropy(logits.T, labels)) / 2
    found = multi_positive_info_nce(images, texts, SCALE, torch.eye(6))
    assert found.item() == pytest.approx(expected.item(), rel=1e-6)


def test_two_images_of_one_text_share_its_target() -> None:
    images, texts = torch.eye(2), torch.eye(2)
    everything = torch.ones(2, 2)
    # every row's logits are (s, 0), its target (1/2, 1/2): log(e^s + 1) - s/2
    expected = math.log(math.exp(7) + 1) - 3.5
    assert multi_positive_info_nce(images, texts, SCALE, everything).item() == pytest.approx(
        expected
    )


def test_a_positive_off_the_diagonal_is_pulled_in_not_pushed_away() -> None:
    images = unit_rows(3, 3).requires_grad_()
    texts = unit_rows(3, 4)
    positives = torch.eye(3)
    positives[0, 1] = 1
    multi_positive_info_nce(images, texts, SCALE, positives).backward()
    with_it = images.grad.clone()  # type: ignore[union-attr]
    images.grad = None
    multi_positive_info_nce(images, texts, SCALE, torch.eye(3)).backward()
    without = images.grad
    assert without is not None
    assert (with_it[0] @ texts[1]).item() < (without[0] @ texts[1]).item()


def test_the_sigmoid_loss_is_siglips() -> None:
    images, texts, bias = unit_rows(4, 5), unit_rows(4, 6), torch.tensor(-3.0)
    total = 0.0
    for i in range(4):
        for j in range(4):
            logit = 7.0 * (images[i] @ texts[j]).item() - 3.0
            sign = 1 if i == j else -1
            total += math.log(1 + math.exp(-sign * logit))
    found = sigmoid_loss(images, texts, SCALE, bias, torch.eye(4))
    assert found.item() == pytest.approx(total / 4, rel=1e-5)


NAN = math.nan
GRADED = np.array(
    [[1.0, 0.5, NAN, 0.0], [0.0, 0.3, 0.0, 0.0], [NAN, 0.0, 1.0, 1.0], [0, 0, NAN, 0.7]]
)


def plain_info_nce(images: torch.Tensor, texts: torch.Tensor, targets: np.ndarray) -> float:
    """Return the loss pair by pair in float64, with loops and without a softmax function."""
    scores = 7.0 * images.double().numpy() @ texts.double().numpy().T
    total = 0.0
    for logits, wanted in ((scores, targets), (scores.T, targets.T)):
        numerator = denominator = 0.0
        for row, target in zip(logits, wanted, strict=True):
            known = [j for j in range(len(row)) if not math.isnan(target[j])]
            mass = sum(math.exp(row[j]) for j in known)
            sum_of_targets = sum(target[j] for j in known)
            entropy = -sum(target[j] * math.log(math.exp(row[j]) / mass) for j in known)
            weight = max(target[j] for j in known)
            numerator += weight * entropy / sum_of_targets
            denominator += weight
        total += numerator / denominator
    return total / 2


def plain_sigmoid(images: torch.Tensor, texts: torch.Tensor, targets: np.ndarray) -> float:
    """Return the loss pair by pair in float64."""
    total = 0.0
    for (i, j), target in np.ndenumerate(targets):
        chance = 1 / (1 + math.exp(3.0 - 7.0 * float(images[i].double() @ texts[j].double())))
        if not math.isnan(target):
            total -= target * math.log(chance) + (1 - target) * math.log(1 - chance)
    return total / len(targets)


def test_grades_weigh_and_unknown_pairs_are_left_out() -> None:
    images, texts = unit_rows(4, 7), unit_rows(4, 8)
    targets = torch.from_numpy(GRADED).float()
    found = multi_positive_info_nce(images, texts, SCALE, targets).item()
    assert found == pytest.approx(plain_info_nce(images, texts, GRADED), rel=1e-5)
    found = sigmoid_loss(images, texts, SCALE, torch.tensor(-3.0), targets).item()
    assert found == pytest.approx(plain_sigmoid(images, texts, GRADED), rel=1e-5)


@pytest.mark.parametrize("sigmoid", [False, True])
def test_an_unknown_pair_gets_no_gradient_and_gives_no_nan(sigmoid: bool) -> None:
    images, texts = unit_rows(3, 9).requires_grad_(), torch.eye(5)[:3]
    targets = torch.eye(3)
    targets[0, 1:] = NAN
    targets[2, :] = NAN  # nothing is known of the last image
    loss = (
        sigmoid_loss(images, texts, SCALE, torch.tensor(0.0), targets)
        if sigmoid
        else multi_positive_info_nce(images, texts, SCALE, targets)
    )
    loss.backward()
    assert images.grad is not None
    assert torch.isfinite(images.grad).all()
    assert images.grad[0, 1:3].tolist() == [0, 0]  # along the texts it is unknown with
    assert images.grad[2].tolist() == [0] * 5
    assert images.grad[1, 0].item() > 0  # pushed away from the first text: known not to belong
