"""Texts as token ids, with the checkpoint's own tokenizer.json."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer

from semblance_trainer.base.errors import TrainerError

__all__ = ["TextBatch", "TextEncoder", "read_text_encoder"]


@dataclass(frozen=True)
class TextBatch:
    """Padded ids and their mask, both [batch, sequence] int64."""

    input_ids: torch.Tensor
    attention_mask: torch.Tensor


@dataclass(frozen=True)
class TextEncoder:
    """Tokenizer and padding rule: CLIP pads to the longest of the batch, SigLIP to `length`.

    `length` counts the special tokens; a longer text is cut so that its end token stays.
    """

    tokenizer: Any
    length: int
    pad_id: int
    to_length: bool

    def ids(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        """Return each text's ids, special tokens included, not padded."""
        return [tuple(encoding.ids) for encoding in self.tokenizer.encode_batch(list(texts))]

    def pad(self, ids: Sequence[Sequence[int]]) -> TextBatch:
        """Return ids padded at the right."""
        width = self.length if self.to_length else max(len(row) for row in ids)
        input_ids = torch.full((len(ids), width), self.pad_id, dtype=torch.int64)
        attention_mask = torch.zeros((len(ids), width), dtype=torch.int64)
        for i, row in enumerate(ids):
            input_ids[i, : len(row)] = torch.tensor(row, dtype=torch.int64)
            attention_mask[i, : len(row)] = 1
        return TextBatch(input_ids, attention_mask)


def read_text_encoder(folder: Path, text_config: Any, kind: str) -> TextEncoder:
    """Read tokenizer.json and tokenizer_config.json. Raises NOT_A_CHECKPOINT."""
    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        settings = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    except Exception as error:  # tokenizers raises bare Exception
        raise TrainerError(
            "NOT_A_CHECKPOINT",
            f"{folder}: no usable tokenizer.json with tokenizer_config.json ({error})",
            "save the tokenizer with transformers' AutoTokenizer(...).save_pretrained(folder)",
        ) from error
    positions = int(text_config.max_position_embeddings)
    length = min(positions, int(settings.get("model_max_length") or positions))
    tokenizer.no_padding()
    tokenizer.enable_truncation(length)
    pad_token = settings.get("pad_token")
    name = pad_token["content"] if isinstance(pad_token, dict) else pad_token
    pad_id = None if name is None else tokenizer.token_to_id(name)
    fallback = getattr(text_config, "pad_token_id", None) or 0
    return TextEncoder(tokenizer, length, fallback if pad_id is None else pad_id, kind == "siglip")
