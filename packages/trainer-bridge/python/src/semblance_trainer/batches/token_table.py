"""All texts' token ids in one array, and which texts a model cannot tell apart."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Sequence

import numpy as np

from semblance_trainer.models.tokens import TextEncoder

__all__ = ["TokenTable"]

_AT_ONCE = 4096
_IN_TWO_BYTES = 1 << 16


class TokenTable:
    """Token ids of texts, at two bytes an id, or four of a vocabulary above 65,536.

    Attributes:
        groups: [text] int64, equal for texts with the same ids: a 64-bit hash of them.
    """

    def __init__(self, encoder: TextEncoder, texts: Sequence[str]) -> None:
        small = encoder.tokenizer.get_vocab_size() <= _IN_TWO_BYTES
        ids, bounds, groups = array("H" if small else "I"), array("q", [0]), array("q")
        for start in range(0, len(texts), _AT_ONCE):
            for row in encoder.ids(texts[start : start + _AT_ONCE]):
                ids.extend(row)
                bounds.append(len(ids))
                digest = hashlib.blake2b(repr(row).encode(), digest_size=8).digest()
                groups.append(int.from_bytes(digest, "little", signed=True))
        self._ids = np.frombuffer(ids, dtype=np.uint16 if small else np.uint32)
        self._bounds = np.frombuffer(bounds, dtype=np.int64)
        self.groups = np.frombuffer(groups, dtype=np.int64)

    def __getitem__(self, row: int) -> tuple[int, ...]:
        """Return a text's ids, special tokens included, not padded."""
        return tuple(self._ids[self._bounds[row] : self._bounds[row + 1]].tolist())
