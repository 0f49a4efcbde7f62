"""Which captions count as hard negatives of an image, and how often they are looked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from semblance_trainer.base.strict_json import refuse

__all__ = ["HardNegatives", "check_hard_negatives"]


@dataclass(frozen=True)
class HardNegatives:
    """Rules of hard negatives, named after sentence-transformers' `mine_hard_negatives`.

    Attributes:
        range_max: so many of the captions most similar to an image, its own left out, may be.
        range_min: so many of those that the other rules leave are skipped, the most similar ones.
        min_score, max_score: bounds of the cosine similarity; None: none.
        absolute_margin: by how much a score must be below that of the image's own caption.
        relative_margin: a score is at most 1 - this times that of the image's own caption.
        per_item: so many of them are packed into an image's batch.
        sampling: take the most similar ones or any.
        every: epochs between two searches.
    """

    range_min: int = 0
    range_max: int = 100
    min_score: float | None = None
    max_score: float | None = None
    absolute_margin: float | None = None
    relative_margin: float | None = 0.05
    per_item: int = 3
    sampling: Literal["top", "random"] = "top"
    every: int = 1


def check_hard_negatives(rules: HardNegatives, path: str) -> None:
    """Raise CONFIG for a number that is out of its range."""
    whole = {"perItem": (rules.per_item, 1), "every": (rules.every, 1)}
    ranks = {"rangeMin": (rules.range_min, 0), "rangeMax": (rules.range_max, rules.range_min + 1)}
    for key, (number, least) in {**whole, **ranks}.items():
        if number < least:
            raise refuse(f"{path}.{key}", f"a whole number of at least {least}", number)
    for key, margin in (
        ("absoluteMargin", rules.absolute_margin),
        ("relativeMargin", rules.relative_margin),
    ):
        if margin is not None and margin < 0:
            raise refuse(f"{path}.{key}", "a number of at least 0", margin)
