"""Contrastive losses in which a pair that belongs together is never a negative."""

from __future__ import annotations

import torch
import torch.nn.functional as F

__all__ = ["multi_positive_info_nce", "sigmoid_loss"]


def multi_positive_info_nce(
    image_features: torch.Tensor,  # [batch, dimension], L2-normalised
    text_features: torch.Tensor,  # [batch, dimension], L2-normalised
    logit_scale: torch.Tensor,  # scalar multiplier
    positives: torch.Tensor,  # [batch, batch] bool: image i and text j belong together
) -> torch.Tensor:
    """Return the symmetric InfoNCE loss, a scalar.

    With one positive a row it is CLIP's loss (Radford et al. 2021, arXiv:2103.00020, figure 3),
    the one that a fine-tune should keep (FLYP, Goyal et al. 2022, arXiv:2212.00638). With
    several, a row's target is uniform over them (UniCL, Yang et al. 2022, arXiv:2204.03610,
    equation 3): the mean of their negative log-probabilities.
    """
    logits = logit_scale * image_features @ text_features.T  # [image, text]
    return (_cross_entropy(logits, positives) + _cross_entropy(logits.T, positives.T)) / 2


def _cross_entropy(logits: torch.Tensor, positives: torch.Tensor) -> torch.Tensor:
    targets = positives.to(logits.dtype)
    targets = targets / targets.sum(dim=1, keepdim=True)
    return F.cross_entropy(logits, targets)


def sigmoid_loss(
    image_features: torch.Tensor,  # [batch, dimension], L2-normalised
    text_features: torch.Tensor,  # [batch, dimension], L2-normalised
    logit_scale: torch.Tensor,  # scalar multiplier
    logit_bias: torch.Tensor,  # scalar
    positives: torch.Tensor,  # [batch, batch] bool: image i and text j belong together
) -> torch.Tensor:
    """Return SigLIP's loss, a scalar: every pair is a yes-or-no question of its own.

    Zhai et al. 2023, arXiv:2303.15343, algorithm 1: the sum over all pairs of
    -log sigmoid(z (scale · x · y + bias)), z = ±1, divided by the batch size.
    """
    logits = logit_scale * image_features @ text_features.T + logit_bias  # [image, text]
    signs = torch.where(positives, 1.0, -1.0)
    return -F.logsigmoid(signs * logits).sum() / len(logits)
