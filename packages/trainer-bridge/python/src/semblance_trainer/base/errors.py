"""Errors that reach the user: a stable code, what was found, and what to do."""

from __future__ import annotations

import errno
import traceback
from typing import Any

__all__ = ["TrainerError", "describe_error"]

_DISK_FULL = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}
_MEMORY_PHRASES = (
    "out of memory",
    "can't allocate memory",
    "cannot allocate memory",
    "bad_alloc",
    "failed to map segment",  # the loader's words for a library that has no room
    "can't start new thread",
)
_DISK_PHRASES = ("no space left on device", "file too large", "disk quota exceeded")


class TrainerError(Exception):
    """A failure with a code that callers may rely on.

    `code` is one of CONFIG, NOT_A_CHECKPOINT, DATASET_EMPTY, TIME_LIMIT_TOO_SHORT,
    NON_FINITE_START, TRAINING_FAILED, EXPORT_FAILED, OUTPUT_OCCUPIED, ABORTED, OUT_OF_MEMORY,
    DISK_FULL, PYTHON_INCOMPLETE; `fix` says what to do about it.
    """

    def __init__(self, code: str, message: str, fix: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fix = fix


def _classify(error: BaseException) -> tuple[str, str | None]:
    """Return code and fix of an error that is not ours, by its number or, failing that, words."""
    text = str(error).lower()
    if isinstance(error, OSError) and error.errno in _DISK_FULL:
        return "DISK_FULL", "free some space where the run folder lies, then go on with resume"
    if any(phrase in text for phrase in _DISK_PHRASES):
        return "DISK_FULL", "free some space where the run folder lies, then go on with resume"
    if isinstance(error, MemoryError) or any(phrase in text for phrase in _MEMORY_PHRASES):
        return "OUT_OF_MEMORY", "use a smaller batchSize or a smaller model"
    if isinstance(error, ModuleNotFoundError):
        return "PYTHON_INCOMPLETE", "npx @semblance/semblance doctor --python says what mends it"
    return "TRAINING_FAILED", None


def describe_error(error: BaseException) -> dict[str, Any]:
    """Return the error as it stands in exit.json: type, code, message, fix?, traceback."""
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__
    if isinstance(error, TrainerError):
        code, fix = error.code, error.fix
        deeper = [_classify(cause) for cause in chain[1:]]
        code, fix = next((pair for pair in deeper if pair[0] != "TRAINING_FAILED"), (code, fix))
    else:
        code, fix = _classify(error)
    described = {
        "type": type(error).__name__,
        "code": code,
        "message": str(error) or type(error).__name__,
        "traceback": "".join(traceback.format_exception(error)),
    }
    return described if fix is None else {**described, "fix": fix}
