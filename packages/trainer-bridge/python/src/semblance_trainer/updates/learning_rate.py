"""The learning rate that `"auto"` stands for."""

from __future__ import annotations

from semblance_trainer.models.methods import Method

__all__ = ["automatic_learning_rate"]

CLEARLY_ABOVE_CHANCE = 1.5
_NARROW, _WIDE = 256, 768
_TIMES_FULL: dict[Method, float] = {"full": 1.0, "lit": 1.0, "lora": 10.0, "bitfit": 10.0}


def automatic_learning_rate(
    mean_reciprocal_rank: float, chance: float, vision_width: int, method: Method = "full"
) -> float:
    """Return the peak learning rate for a start with this MRR at step 0.

    A start that ranks clearly better than chance (1.5 times the MRR of a random ranking) has
    something to lose and is fine-tuned: 1e-5 for a ViT-B (width 768), more for narrower towers
    in inverse proportion, at most 2e-4. Higher rates destroy a pretrained CLIP (open_clip issue
    1093: R@1 from 17.3 to 5.3 in one epoch).

    Adapters and biases take ten times as much. Measured on a CLIP of width 64, trained on drawn
    shapes and fine-tuned for 60 updates on shapes in other colours, on other backgrounds, in other
    words; mean MRR of 96 unseen images, two seeds, start .149: full at 2e-4, 6e-4, 2e-3: .373,
    .428, .421; lit at the same: .172, .213, .224; lora at 2e-3, 6e-3, 2e-2: .414, .504, .258;
    bitfit at the same: .176, .205, .301.

    Any other start is pre-trained: 5e-4 for a ViT-B/32 (Radford et al. 2021, arXiv:2103.00020,
    table 20), 1e-3 up to width 256, falling between them. Measured on 600 real photos, best t2i
    hit@10 of 100 validation photos for 3e-4, 1e-3, 3e-3 (one seed; noise about 0.03): width 96,
    160 updates: .154, .202, .122; width 128 from scratch, 80 updates: .172, .188, .154.
    """
    if mean_reciprocal_rank >= CLEARLY_ABOVE_CHANCE * chance:
        return _TIMES_FULL[method] * min(2e-4, 1e-5 * _WIDE / vision_width)
    if vision_width <= _NARROW:
        return 1e-3
    return max(5e-4, 1e-3 * float((_NARROW / vision_width) ** 0.63))
