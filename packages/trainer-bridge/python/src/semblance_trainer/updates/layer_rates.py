"""Lower learning rates for layers nearer to the input."""

from __future__ import annotations

import re

from semblance_trainer.models.dual_encoder import DualEncoder

__all__ = ["rate_factor"]

_LAYER = re.compile(r"(vision_model|text_model)\.encoder\.layers\.(\d+)\.")
_INPUT = re.compile(r"(vision_model|text_model)\.(embeddings|pre_layrnorm)\.")


def rate_factor(model: DualEncoder, name: str, decay: float) -> float:
    """Return what the learning rate of the parameter `name` is multiplied with.

    `decay` to the power of the layers between it and its tower's output: 1 for the last norm, the
    projection and the logit scale, `decay` for the last layer, and so on down to the embeddings.
    Layer-wise decay is from ELECTRA (Clark et al. 2020, arXiv:2003.10555); for fine-tuning CLIP,
    0.6 to 0.8 was found to help (Dong et al. 2022, arXiv:2212.06138).
    """
    config = model.network.config
    counts = {
        "vision_model": int(config.vision_config.num_hidden_layers),
        "text_model": int(config.text_config.num_hidden_layers),
    }
    if layer := _LAYER.match(name):
        return float(decay ** (counts[layer[1]] - int(layer[2])))
    if entry := _INPUT.match(name):
        return float(decay ** (counts[entry[1]] + 1))
    return 1.0
