"""Losses against the reference implementations' formulas, written plainly, and by hand."""

import math

import pytest
import torch
import torch.nn.functional as F

from semblance_trainer.loss import multi_positive_info_nce, sigmoid_loss

SCALE = torch.tensor(7.0)


def unit_rows(count: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return F.normalize(torch.randn(count, 5, generator=generator), dim=-1)


def test_single_positives_give_open_clips_loss() -> None:
    images, texts = unit_rows(6, 1), unit_rows(6, 2)
    logits = SCALE * images @ texts.T
    labels = torch.arange(6)
    expected = (F.cross_entropy(logits, labels) + F.cross_entropy(logits.T, labels)) / 2
    found = multi_positive_info_nce(images, texts, SCALE, torch.eye(6, dtype=torch.bool))
    assert found.item() == pytest.approx(expected.item(), rel=1e-6)


def test_two_images_of_one_text_share_its_target() -> None:
    images, texts = torch.eye(2), torch.eye(2)
    everything = torch.ones(2, 2, dtype=torch.bool)
    # every row's logits are (s, 0), its target (1/2, 1/2): log(e^s + 1) - s/2
    expected = math.log(math.exp(7) + 1) - 3.5
    assert multi_positive_info_nce(images, texts, SCALE, everything).item() == pytest.approx(
        expected
    )


def test_a_positive_off_the_diagonal_is_pulled_in_not_pushed_away() -> None:
    images = unit_rows(3, 3).requires_grad_()
    texts = unit_rows(3, 4)
    positives = torch.eye(3, dtype=torch.bool)
    positives[0, 1] = True
    multi_positive_info_nce(images, texts, SCALE, positives).backward()
    with_it = images.grad.clone()  # type: ignore[union-attr]
    images.grad = None
    multi_positive_info_nce(images, texts, SCALE, torch.eye(3, dtype=torch.bool)).backward()
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
    found = sigmoid_loss(images, texts, SCALE, bias, torch.eye(4, dtype=torch.bool))
    assert found.item() == pytest.approx(total / 4, rel=1e-5)
