"""Writes a CLIP ViT-B/32 or a SigLIP base of random weights as a Hugging Face checkpoint.

Run: `python make_checkpoint.py clip|siglip FOLDER CAPTIONS` with the captions one a line, from which
the tokenizer is made.
"""

import json
import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    CLIPConfig,
    CLIPModel,
    SiglipConfig,
    SiglipImageProcessor,
    SiglipModel,
)

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "packages/trainer-bridge/python/src"))

from semblance_trainer.models.scratch import train_tokenizer, write_checkpoint_files  # noqa: E402


def write_clip(folder: Path, captions: list[str]) -> None:
    """Write a ViT-B/32: the configuration's defaults are that model's."""
    tokenizer = train_tokenizer(captions)
    special = {
        "bos_token_id": tokenizer.token_to_id("<|startoftext|>"),
        "eos_token_id": tokenizer.token_to_id("<|endoftext|>"),
        "pad_token_id": tokenizer.token_to_id("<|pad|>"),
    }
    CLIPModel(CLIPConfig(text_config=special)).save_pretrained(folder)
    write_checkpoint_files(folder, tokenizer, image_size=224, length=77)


def write_siglip(folder: Path, captions: list[str]) -> None:
    """Write a SigLIP base (patch 16, 224 px): the configuration's defaults are that model's."""
    tokenizer = unigram_tokenizer(captions)
    special = {"bos_token_id": 1, "eos_token_id": 1, "pad_token_id": 0}
    SiglipModel(SiglipConfig(text_config=special)).save_pretrained(folder)
    SiglipImageProcessor().save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": 64,
        "pad_token": "<pad>",
        "eos_token": "</s>",
        "unk_token": "<unk>",
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")


def unigram_tokenizer(captions: list[str]) -> Tokenizer:
    """Return a Unigram with the end token after each text, as SigLIP's."""
    special = ["<pad>", "</s>", "<unk>"]
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=1000, special_tokens=special, unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(captions, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", 1)]
    )
    return tokenizer


def main() -> None:
    """Write the checkpoint that the command line names."""
    family, folder, captions = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(32)
    write = {"clip": write_clip, "siglip": write_siglip}[family]
    write(folder, captions.read_text(encoding="utf-8").splitlines())


if __name__ == "__main__":
    main()
