"""Token ids in one array are those of the tokenizer; equal ones are one group."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from semblance_trainer.batches import token_table
from semblance_trainer.batches.token_table import TokenTable
from semblance_trainer.models.dual_encoder import load_dual_encoder

TEXTS = ["a red bar", "gold", "A RED BAR", "", "3: cross in blue", "a red bar"]


def test_ids_are_the_tokenizers_and_texts_it_cannot_tell_apart_are_a_group(
    micro_checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_table, "_AT_ONCE", 4)  # the last part is not full
    encoder = load_dual_encoder(micro_checkpoint, torch.device("cpu")).texts
    table, expected = TokenTable(encoder, TEXTS), encoder.ids(TEXTS)
    assert [table[row] for row in range(len(TEXTS))] == expected
    alike = table.groups[:, None] == table.groups[None, :]
    assert alike.tolist() == [[one == other for other in expected] for one in expected]
    assert alike[0, 5]
    assert not alike[0, 1]


def test_ids_of_a_large_vocabulary_are_kept_whole() -> None:
    rows = {"one": (1, 249_999, 2), "two": (65_536, 65_535)}
    encoder: Any = SimpleNamespace(
        tokenizer=SimpleNamespace(get_vocab_size=lambda: 250_000),
        ids=lambda texts: [rows[text] for text in texts],
    )
    table = TokenTable(encoder, ["two", "one"])
    assert [table[0], table[1]] == [rows["two"], rows["one"]]
    assert len(np.unique(table.groups)) == 2
