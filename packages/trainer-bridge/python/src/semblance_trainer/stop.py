"""How a running fit is asked to stop."""

from __future__ import annotations

import threading
from dataclasses import dataclass

__all__ = ["Orphaned", "StopRequest"]


class Orphaned(Exception):  # noqa: N818 - a message to the worker, not an error
    """The parent died; everything is saved, and nobody waits for an export."""


@dataclass
class StopRequest:
    """Asks the loop to stop at the next step boundary; `orphaned` when the parent is gone."""

    event: threading.Event
    orphaned: bool = False
