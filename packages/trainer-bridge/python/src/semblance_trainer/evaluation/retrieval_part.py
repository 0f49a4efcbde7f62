"""Some images and texts as a retrieval problem of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semblance_trainer.evaluation.ranking import Ranked, RelevantItems, rank_queries

__all__ = ["RetrievalPart", "make_part"]


@dataclass(frozen=True)
class RetrievalPart:
    """Rows of images and texts of a dataset, and what is relevant to what among them.

    Attributes:
        images, texts: rows in the dataset.
        texts_of_image, images_of_text: relevant items, as places in `texts` and `images`.
    """

    images: NDArray[np.int64]
    texts: NDArray[np.int64]
    texts_of_image: RelevantItems
    images_of_text: RelevantItems

    def rank(
        self,
        images: NDArray[np.float32],  # [image of the dataset, dimension]
        texts: NDArray[np.float32],  # [text of the dataset, dimension]
        *,
        complete: bool,
    ) -> tuple[Ranked, Ranked]:
        """Return (text to image, image to text)."""
        mine, yours = images[self.images], texts[self.texts]
        return (
            rank_queries(yours, mine, self.images_of_text, complete=complete),
            rank_queries(mine, yours, self.texts_of_image, complete=complete),
        )


def make_part(
    pairs: NDArray[np.int64],  # [pair, 2]: image row, text row; each once
    grades: NDArray[np.float64],  # [pair] above 0
    images: NDArray[np.int64],
    texts: NDArray[np.int64],
) -> RetrievalPart:
    """Return the part of these rows; pairs that reach outside of it are left out."""
    image, text = _places(pairs[:, 0], images), _places(pairs[:, 1], texts)
    inside = (image >= 0) & (text >= 0)
    image, text, grades = image[inside], text[inside], grades[inside]
    return RetrievalPart(
        images,
        texts,
        _relevant_items(image, text, grades, len(images)),
        _relevant_items(text, image, grades, len(texts)),
    )


def _places(values: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each value stands in `rows`, -1 where it does not."""
    place = np.full(int(max(values.max(initial=0), rows.max(initial=0))) + 1, -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    return place[values]


def _relevant_items(
    queries: NDArray[np.int64],
    items: NDArray[np.int64],
    grades: NDArray[np.float64],
    count: int,
) -> RelevantItems:
    order = np.lexsort((items, queries))
    bounds = np.searchsorted(queries[order], np.arange(count + 1)).astype(np.int64)
    return RelevantItems(bounds, items[order], grades[order])
