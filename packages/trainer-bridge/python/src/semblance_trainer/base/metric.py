"""The measure by which weights are chosen and judged, by its name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from semblance_trainer.base.strict_json import refuse

__all__ = ["CUTOFFS", "DIRECTIONS", "Metric", "parse_metric"]

CUTOFFS = (1, 5, 10)
DIRECTIONS = ("t2i", "i2t")
_FIRST_ITEM_DECIDES = frozenset({"hit", "mrr", "rsum", "medr", "meanr"})
_NAME = re.compile(
    r"(?:(?P<way>t2i|i2t)\.)?"
    r"(?:(?P<family>hit|recall|precision|mrr|map|ndcg)(?:@(?P<k>[1-9]\d{0,8}))?|(?P<rank>medr|meanr))"
)


@dataclass(frozen=True)
class Metric:
    """A measure of rankings.

    Attributes:
        name: as the user wrote it.
        direction: "t2i", "i2t", or None: over the queries of both.
        family: "hit", "recall", "precision", "mrr", "map", "ndcg", "rsum", "medr" or "meanr".
        cutoffs: a query's value is the mean over these k; empty: there is no cut.
    """

    name: str
    direction: str | None
    family: str
    cutoffs: tuple[int, ...]

    @property
    def needs_all(self) -> bool:
        """Whether more counts than where a query's first relevant item stands."""
        return self.family not in _FIRST_ITEM_DECIDES

    @property
    def is_rank(self) -> bool:
        """Whether it is a rank, of which less is better."""
        return self.family in ("medr", "meanr")

    @property
    def statistic(self) -> Literal["mean", "median"]:
        """What makes one number of the queries' values."""
        return "median" if self.family == "medr" else "mean"


def parse_metric(name: str) -> Metric:
    """Return the metric of that name: `[t2i.|i2t.]FAMILY[@k]`, or `rsum`. Raises CONFIG.

    FAMILY is hit, recall, precision, mrr, map or ndcg, or without k medr or meanr. Without k mrr
    has no cut, and the others are the mean over k = 1, 5, 10.
    """
    if name == "rsum":
        return Metric(name, None, "rsum", CUTOFFS)
    match = _NAME.fullmatch(name)
    if match is None:
        raise refuse("config.evalMetric", "a metric such as mrr, hit@10 or t2i.ndcg@5", name)
    k = match["k"]
    without = () if match["family"] in (None, "mrr") else CUTOFFS
    cutoffs = without if k is None else (int(k),)
    return Metric(name, match["way"], match["family"] or match["rank"], cutoffs)
