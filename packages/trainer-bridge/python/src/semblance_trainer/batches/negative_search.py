"""When a run looks for hard negatives, and what of them its checkpoints hold."""

from __future__ import annotations

import threading

import torch

from semblance_trainer.base.events import EventWriter
from semblance_trainer.base.negative_rules import HardNegatives
from semblance_trainer.batches.hard_negatives import NegativeTable
from semblance_trainer.batches.mining import items_to_encode, mine_hard_negatives
from semblance_trainer.batches.training_data import TrainingData
from semblance_trainer.models.checkpoint import Tensors
from semblance_trainer.models.dual_encoder import DualEncoder

__all__ = ["NegativeSearch", "table_from_tensors"]

_SHARE = 0.25  # of the time that is left: what a search may take


class NegativeSearch:
    """Looks for hard negatives at the beginning of epochs, with the weights as they are then."""

    def __init__(
        self,
        model: DualEncoder,
        data: TrainingData,
        rules: HardNegatives | None,
        seed: int,
        events: EventWriter,
        stop: threading.Event,
    ) -> None:
        self._model, self._data, self._rules = model, data, rules
        self._seed, self._events, self._stop = seed, events, stop
        self._told: set[str] = set()
        self.fresh: Tensors | None = None
        """What was found and is in no checkpoint yet."""

    def is_due(self, step: int, found_at: int | None, *, start_is_trained: bool) -> bool:
        """Return whether to look before update `step`, counted from 0.

        An untrained start is first trained for as many epochs as lie between two searches: what it
        takes for similar means nothing.
        """
        if self._rules is None or step == found_at:
            return False
        due = step % (self._rules.every * self._data.sampler.steps_per_epoch) == 0
        return due and (step > 0 or start_is_trained)

    def look(self, step: int, seconds_per_item: float, seconds_left: float) -> NegativeTable | None:
        """Look, use what is found from this step on, and return it.

        None, and nothing changes, where there is no time or the run is asked to stop meanwhile.
        """
        if self._rules is None:
            return None
        items = items_to_encode(self._data)
        if items * seconds_per_item > _SHARE * seconds_left:
            self._warn(
                "NEGATIVES_NOT_MINED",
                f"a search for hard negatives takes about {items * seconds_per_item:.0f} s, too "
                "much of the time that is left; batches stay as they are",
            )
            return None
        self._events.progress("mining", 0, items, "items")
        table = mine_hard_negatives(
            self._model,
            self._data,
            self._rules,
            seed=self._seed,
            step=step,
            go_on=lambda: not self._stop.is_set(),
        )
        if table is None:
            return None
        self._events.progress("mining", items, items, "items")
        if not (table.others >= 0).any():
            self._warn(
                "NEGATIVES_NOT_FOUND",
                "no caption is within the rules of hardNegatives at this step; where that stays "
                "so, give a smaller relativeMargin, or null",
            )
        self._data.use_negatives(table)
        self.fresh = _to_tensors(table)
        return table

    def restore(self, tensors: Tensors) -> None:
        """Use what an earlier part of the run had found."""
        self._data.use_negatives(table_from_tensors(tensors))

    def _warn(self, code: str, message: str) -> None:
        """Warn once of each kind."""
        if code not in self._told:
            self._told.add(code)
            self._events.warning(code, message)


def table_from_tensors(tensors: Tensors) -> NegativeTable:
    """Return the table of a checkpoint's "negatives"."""
    return NegativeTable(*(tensors[name].numpy() for name in ("images", "others", "texts")))


def _to_tensors(table: NegativeTable) -> Tensors:
    return {
        "images": torch.from_numpy(table.images),
        "others": torch.from_numpy(table.others),
        "texts": torch.from_numpy(table.texts),
    }
