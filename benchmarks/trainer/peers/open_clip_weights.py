"""A Hugging Face CLIP as open_clip names it: the shape and the weights."""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

NAMES = {
    "vision_model.embeddings.class_embedding": "visual.class_embedding",
    "vision_model.embeddings.position_embedding.weight": "visual.positional_embedding",
    "vision_model.embeddings.patch_embedding.weight": "visual.conv1.weight",
    "vision_model.pre_layrnorm.": "visual.ln_pre.",
    "vision_model.post_layernorm.": "visual.ln_post.",
    "vision_model.encoder.layers.": "visual.transformer.resblocks.",
    "text_model.embeddings.token_embedding.": "token_embedding.",
    "text_model.embeddings.position_embedding.weight": "positional_embedding",
    "text_model.final_layer_norm.": "ln_final.",
    "text_model.encoder.layers.": "transformer.resblocks.",
    ".self_attn.out_proj.": ".attn.out_proj.",
    ".layer_norm1.": ".ln_1.",
    ".layer_norm2.": ".ln_2.",
    ".mlp.fc1.": ".mlp.c_fc.",
    ".mlp.fc2.": ".mlp.c_proj.",
}
"""Parts of names, theirs to open_clip's."""


def model_config(checkpoint: Path) -> dict[str, Any]:
    """Return open_clip's description of the checkpoint's architecture."""
    config = json.loads((checkpoint / "config.json").read_text(encoding="utf-8"))
    vision, text = config["vision_config"], config["text_config"]
    return {
        "embed_dim": config["projection_dim"],
        "quick_gelu": text["hidden_act"] == "quick_gelu",
        "vision_cfg": {
            "image_size": vision["image_size"],
            "layers": vision["num_hidden_layers"],
            "width": vision["hidden_size"],
            "head_width": vision["hidden_size"] // vision["num_attention_heads"],
            "patch_size": vision["patch_size"],
        },
        "text_cfg": {
            "context_length": text["max_position_embeddings"],
            "vocab_size": text["vocab_size"],
            "width": text["hidden_size"],
            "heads": text["num_attention_heads"],
            "layers": text["num_hidden_layers"],
        },
    }


def convert(checkpoint: Path) -> dict[str, torch.Tensor]:
    """Return the weights under open_clip's names."""
    theirs = load_file(checkpoint / "model.safetensors")
    ours = {
        "visual.proj": theirs.pop("visual_projection.weight").T.contiguous(),
        "text_projection": theirs.pop("text_projection.weight").T.contiguous(),
    }
    for name in list(theirs):
        if ".q_proj." in name:
            parts = [theirs.pop(name.replace(".q_proj.", f".{part}_proj.")) for part in "qkv"]
            joined = name.replace(".self_attn.q_proj.", ".attn.in_proj_")
            ours[_rename(joined)] = torch.cat(parts)
    ours.update(
        {_rename(name): tensor for name, tensor in theirs.items() if "position_ids" not in name}
    )
    return ours


def _rename(name: str) -> str:
    for part, replacement in NAMES.items():
        name = name.replace(part, replacement)
    return name
