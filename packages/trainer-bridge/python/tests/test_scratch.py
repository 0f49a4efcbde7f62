"""The start that is made from nothing: a tokenizer for any text, a model with a seed."""

from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import AutoTokenizer

from semblance_trainer.models.dual_encoder import load_dual_encoder
from semblance_trainer.models.scratch import make_scratch_checkpoint, train_tokenizer

TEXTS = ["A man in a brown shirt plays on the beach.", "Two black dogs!", "It's a café, 2026"] * 5
ODD = [
    "",
    "  ",
    "\U0001f600 ZWÖLF",
    "東京",
    "naïve 12% — “ok”",
    "x" * 400,
    "<|endoftext|>",
    "\x07\x7f",
]


def test_no_text_is_unknown_to_the_tokenizer() -> None:
    tokenizer = train_tokenizer(TEXTS)
    for text in [t for t in ODD if "endoftext" not in t]:
        ids = tokenizer.encode(text).ids
        assert (ids[0], ids[-1]) == (1, 3)
        assert 3 not in ids[:-1]
    assert tokenizer.get_vocab_size() <= 4096
    assert tokenizer.encode("TWO Black\n dogs").ids == tokenizer.encode("two black dogs").ids


def test_words_of_the_captions_become_single_pieces() -> None:
    tokenizer = train_tokenizer(TEXTS)
    assert tokenizer.encode("black dogs").tokens[1:-1] == ["black</w>", "dogs</w>"]


def test_the_start_is_a_checkpoint_that_the_seed_decides(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        make_scratch_checkpoint(tmp_path / name, TEXTS, seed)
    one, same, other = (load_file(tmp_path / n / "model.safetensors") for n in "abc")
    assert all(torch.equal(one[key], same[key]) for key in one)
    assert not torch.equal(one["visual_projection.weight"], other["visual_projection.weight"])
    model = load_dual_encoder(tmp_path / "a", torch.device("cpu"))
    assert (model.images.height, model.vision_width, model.dimension) == (64, 128, 128)
    assert model.network.config.text_config.eos_token_id == 3


def test_transformers_reads_the_tokenizer_the_same_way(tmp_path: Path) -> None:
    make_scratch_checkpoint(tmp_path, TEXTS, 1)
    model = load_dual_encoder(tmp_path, torch.device("cpu"))
    theirs = AutoTokenizer.from_pretrained(tmp_path)
    for text in TEXTS[:3] + ODD:
        expected = theirs(text, truncation=True)["input_ids"]
        assert list(model.texts.ids([text])[0]) == expected
        assert len(expected) <= 77


def test_a_long_text_keeps_its_end_token(tmp_path: Path) -> None:
    make_scratch_checkpoint(tmp_path, TEXTS, 1)
    model = load_dual_encoder(tmp_path, torch.device("cpu"))
    (ids,) = model.texts.ids(["dog " * 300])
    assert len(ids) == 77
    assert ids[-1] == 3
