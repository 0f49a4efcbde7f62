"""Contrastive losses in which a pair that belongs together is never a negative.

Both take `targets` [batch, batch]: how far image i and text j belong together, from 0 (not at all)
to 1 (entirely); NaN where nobody knows, and such a pair is left out of the loss.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

__all__ = ["multi_positive_info_nce", "sigmoid_loss"]


def multi_positive_info_nce(
    image_features: torch.Tensor,  # [batch, dimension], L2-normalised
    text_features: torch.Tensor,  # [batch, dimension], L2-normalised
    logit_scale: torch.Tensor,  # scalar multiplier
    targets: torch.Tensor,  # [batch, batch] in 0..1, NaN: unknown
) -> torch.Tensor:
    """Return the symmetric InfoNCE loss, a scalar.

    With one positive a row it is CLIP's loss (Radford et al. 2021, arXiv:2103.00020, figure 3),
    the one that a fine-tune should keep (FLYP, Goyal et al. 2022, arXiv:2212.00638). With
    several, a row's distribution is over them in proportion to their targets (for equal ones it
    is UniCL's: Yang et al. 2022, arXiv:2204.03610, equation 3). A row weighs as much as its
    largest target, so that a pair judged 0.3 pulls 0.3 as hard as one judged 1. An unknown pair
    is no part of its row's softmax.
    """
    logits = logit_scale * image_features @ text_features.T  # [image, text]
    return (_cross_entropy(logits, targets) + _cross_entropy(logits.T, targets.T)) / 2


def _cross_entropy(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return the rows' mean cross-entropy, weighted by their largest target."""
    unknown = targets.isnan()
    known = targets.masked_fill(unknown, 0.0).to(logits.dtype)
    bounds = torch.finfo(logits.dtype)
    # not -inf, of which a row without any known pair would make NaN
    log_probabilities = F.log_softmax(logits.masked_fill(unknown, bounds.min), dim=1)
    rows = -(known * log_probabilities).sum(dim=1) / known.sum(dim=1).clamp_min(bounds.tiny)
    weights = known.amax(dim=1)
    return (weights * rows).sum() / weights.sum().clamp_min(bounds.tiny)


def sigmoid_loss(
    image_features: torch.Tensor,  # [batch, dimension], L2-normalised
    text_features: torch.Tensor,  # [batch, dimension], L2-normalised
    logit_scale: torch.Tensor,  # scalar multiplier
    logit_bias: torch.Tensor,  # scalar
    targets: torch.Tensor,  # [batch, batch] in 0..1, NaN: unknown
) -> torch.Tensor:
    """Return SigLIP's loss, a scalar: every known pair is a yes-or-no question of its own.

    Zhai et al. 2023, arXiv:2303.15343, algorithm 1: the sum over pairs of
    -log sigmoid(z (scale · x · y + bias)), z = ±1, divided by the batch size. A target t between
    0 and 1 is answered yes with weight t and no with 1 - t: the binary cross-entropy.
    """
    logits = logit_scale * image_features @ text_features.T + logit_bias  # [image, text]
    known = ~targets.isnan()
    wanted = targets.masked_fill(~known, 0.0).to(logits.dtype)
    terms = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    return terms.masked_fill(~known, 0.0).sum() / len(logits)
