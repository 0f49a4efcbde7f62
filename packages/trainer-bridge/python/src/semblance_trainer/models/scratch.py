"""`scratch:tiny`: a small CLIP with random weights and a tokenizer made for the captions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

from semblance_trainer.models.dual_encoder import silence_transformers

__all__ = ["SCRATCH", "make_scratch_checkpoint", "train_tokenizer", "write_checkpoint_files"]

SCRATCH = "scratch:tiny"
_SIZE, _PATCH, _WIDTH, _LAYERS, _HEADS = 64, 8, 128, 4, 4
_LENGTH = 77
_PIECES = 4_096
_START, _END, _PAD = "<|startoftext|>", "<|endoftext|>", "<|pad|>"
_SPECIAL = (_PAD, _START, "<|unused|>", _END)
"""By id: transformers takes an end token of id 2 for the sign of an old, wrong config."""
_WORDS = (
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
)
_MEAN = [0.48145466, 0.4578275, 0.40821073]
_DEVIATION = [0.26862954, 0.26130258, 0.27577711]


def train_tokenizer(texts: Sequence[str]) -> Tokenizer:
    """Return a byte-level BPE of at most 4,096 pieces, of the same make as CLIP's own.

    Lower-cased; words are split as CLIP splits them.
    """
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>", unk_token=_END))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_WORDS), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=_PIECES - len(letters),
        special_tokens=list(_SPECIAL),
        initial_alphabet=letters,
        end_of_word_suffix="</w>",
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer = _with_every_byte(tokenizer, letters)
    tokenizer.post_processor = processors.RobertaProcessing(
        (_END, _SPECIAL.index(_END)),
        (_START, _SPECIAL.index(_START)),
        trim_offsets=False,
        add_prefix_space=False,
    )
    return tokenizer


def _with_every_byte(tokenizer: Tokenizer, letters: Sequence[str]) -> Tokenizer:
    """Add the pieces of single bytes at a word's end that no text had.

    Without them such a byte would become the unknown token, which in CLIP's make is the end token.
    """
    value = json.loads(tokenizer.to_str())
    pieces: dict[str, int] = value["model"]["vocab"]
    for letter in letters:
        pieces.setdefault(letter + "</w>", len(pieces))
    return Tokenizer.from_str(json.dumps(value))


def _config(tokenizer: Tokenizer) -> Any:
    from transformers import CLIPConfig

    layers = {
        "hidden_size": _WIDTH,
        "intermediate_size": 4 * _WIDTH,
        "num_hidden_layers": _LAYERS,
        "num_attention_heads": _HEADS,
        "projection_dim": _WIDTH,
    }
    text = {
        **layers,
        "vocab_size": tokenizer.get_vocab_size(),
        "max_position_embeddings": _LENGTH,
        "bos_token_id": tokenizer.token_to_id(_START),
        "eos_token_id": tokenizer.token_to_id(_END),
        "pad_token_id": tokenizer.token_to_id(_PAD),
    }
    vision = {**layers, "image_size": _SIZE, "patch_size": _PATCH}
    return CLIPConfig(text_config=text, vision_config=vision, projection_dim=_WIDTH)


def make_scratch_checkpoint(folder: Path, texts: Sequence[str], seed: int) -> None:
    """Write an untrained CLIP (64 px, patch 8, width 128, 4 + 4 layers) as a checkpoint folder.

    `texts` are the training captions, from which the tokenizer is made.
    """
    from transformers import CLIPModel

    silence_transformers()
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = train_tokenizer(texts)
    config = _config(tokenizer)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = CLIPModel(config)
    model.save_pretrained(folder)
    write_checkpoint_files(folder, tokenizer, image_size=_SIZE, length=_LENGTH)


def write_checkpoint_files(
    folder: Path, tokenizer: Tokenizer, *, image_size: int, length: int
) -> None:
    """Write what a checkpoint needs besides config.json and weights."""
    tokenizer.save(str(folder / "tokenizer.json"))
    _write_json(folder / "tokenizer_config.json", _tokenizer_settings(length))
    _write_json(folder / "preprocessor_config.json", _preprocessor(image_size))


def _tokenizer_settings(length: int) -> dict[str, Any]:
    return {
        "bos_token": _START,
        "eos_token": _END,
        "pad_token": _PAD,
        "unk_token": _END,
        "model_max_length": length,
        "tokenizer_class": "PreTrainedTokenizerFast",
    }


def _preprocessor(size: int) -> dict[str, Any]:
    return {
        "image_processor_type": "CLIPImageProcessor",
        "do_convert_rgb": True,
        "do_resize": True,
        "size": {"shortest_edge": size},
        "resample": 3,
        "do_center_crop": True,
        "crop_size": {"height": size, "width": size},
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": _MEAN,
        "image_std": _DEVIATION,
    }


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
