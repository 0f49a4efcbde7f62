"""A dataset's pixels as one memory-mapped file of bytes, made once by a pool of threads.

Pillow decodes and resizes without holding Python's lock, so threads fill all cores. The listing
beside the pixels is written last and atomically: a cache without one, or with one that was made
from other files or for another size, is made afresh.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semblance_trainer.base.events import write_atomically
from semblance_trainer.models.image_file import ImageFile, TarMember
from semblance_trainer.models.images import ImageRecipe, decode_image

__all__ = ["CacheRequest", "Failure", "PixelCache", "describe_failure", "open_cache", "read_image"]

Failure = dict[str, Any]
_QUEUED = 64
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:", re.IGNORECASE)  # one letter alone is a drive


@dataclass(frozen=True)
class CacheRequest:
    """What to cache where.

    `exact` images equal the checkpoint's own processor; others may use JPEG's scaled decoding.
    `report` hears (done, total) and says whether to go on; when it says no, the images read so
    far are the cache.
    """

    file: Path
    paths: Sequence[ImageFile]
    recipe: ImageRecipe
    exact: bool
    report: Callable[[int, int], bool]


@dataclass(frozen=True)
class PixelCache:
    """Pixels [path, H, W, 3] uint8, and which of the paths they hold.

    Attributes:
        pixels: row i belongs to the request's path i; rows that are not `present` are black.
        present: [path] bool.
        failures: {index, input, code, message} of the paths that could not be read.
        complete: False when `report` ended the reading early.
    """

    pixels: NDArray[np.uint8]
    present: NDArray[np.bool_]
    failures: tuple[Failure, ...]
    complete: bool


def open_cache(request: CacheRequest) -> PixelCache:
    """Open the cache, making it when it is not there. An OSError of the disk passes through."""
    if not request.paths:  # an empty file cannot be mapped
        empty = np.zeros((0, request.recipe.height, request.recipe.width, 3), dtype=np.uint8)
        return PixelCache(empty, np.zeros(0, dtype=np.bool_), (), True)
    print_of_files = _fingerprint(request)
    listing = _read_listing(request.file.with_suffix(".json"), print_of_files)
    if listing is None:
        listing = _build(request, print_of_files)
    shape = (len(request.paths), request.recipe.height, request.recipe.width, 3)
    pixels = np.memmap(request.file, dtype=np.uint8, mode="r", shape=shape)
    present = np.zeros(len(request.paths), dtype=np.bool_)
    present[listing["present"]] = True
    return PixelCache(pixels, present, tuple(listing["failures"]), bool(listing["complete"]))


def _fingerprint(request: CacheRequest) -> str:
    digest = hashlib.sha256(repr((request.recipe, request.exact)).encode())
    facts = lru_cache(maxsize=1024)(_facts)  # an archive's, once for its many members
    for path in request.paths:
        member = f"\0{path.offset}\0{path.size}" if isinstance(path, TarMember) else ""
        text = f"{facts(path.tar if isinstance(path, TarMember) else path)}{member}\n"
        digest.update(text.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _facts(path: str) -> str:
    try:
        found = Path(path).stat()
    except (OSError, ValueError):  # ValueError: no file can have such a name
        return f"{path}\0missing"
    return f"{path}\0{found.st_size}\0{found.st_mtime_ns}"


def _read_listing(path: Path, fingerprint: str) -> dict[str, Any] | None:
    try:
        listing = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    fits = isinstance(listing, dict) and listing.get("fingerprint") == fingerprint
    return listing if fits and path.with_suffix(".u8").exists() else None


def _build(request: CacheRequest, fingerprint: str) -> dict[str, Any]:
    request.file.parent.mkdir(parents=True, exist_ok=True)
    listing_path = request.file.with_suffix(".json")
    listing_path.unlink(missing_ok=True)
    item_bytes = request.recipe.height * request.recipe.width * 3
    present: list[int] = []
    failures: list[Failure] = []
    done = 0
    with request.file.open("wb") as file:
        file.truncate(item_bytes * len(request.paths))
        for index, result in _read_all(request):
            done += 1
            if isinstance(result, Exception):
                failures.append(describe_failure(index, request.paths[index], result))
            else:
                file.seek(index * item_bytes)
                file.write(result.tobytes())
                present.append(index)
            if not request.report(done, len(request.paths)):
                break
        file.flush()
        os.fsync(file.fileno())
    listing = {
        "fingerprint": fingerprint,
        "present": sorted(present),
        "failures": sorted(failures, key=lambda failure: int(failure["index"])),
        "complete": done == len(request.paths),
    }
    write_atomically(listing_path, json.dumps(listing))
    return listing


def read_image(path: ImageFile, recipe: ImageRecipe, exact: bool) -> NDArray[np.uint8] | Exception:
    """Return an image's bytes [H, W, 3], or why it cannot be read."""
    side = 2 * max(recipe.height, recipe.width)
    try:
        return recipe.resized(decode_image(path, None if exact else (side, side)))
    except MemoryError:
        raise
    except Exception as error:  # Pillow's plugins raise anything on broken files
        return error


def _read_all(request: CacheRequest) -> Iterator[tuple[int, NDArray[np.uint8] | Exception]]:
    """Yield (index, pixels or error) as they come; the order of submission is a fixed shuffle.

    So that reading may end early and still leave a fair sample.
    """
    order = iter(np.random.default_rng(0).permutation(len(request.paths)).tolist())
    with ThreadPoolExecutor(max_workers=min(8, (os.cpu_count() or 1) + 1)) as pool:

        def submit(index: int) -> tuple[Future[NDArray[np.uint8] | Exception], int]:
            path = request.paths[index]
            return pool.submit(read_image, path, request.recipe, request.exact), index

        pending = dict(submit(index) for index in islice(order, _QUEUED))
        try:
            while pending:
                finished, _ = wait(pending, return_when=FIRST_COMPLETED)
                for future in finished:
                    index = pending.pop(future)
                    pending.update(submit(following) for following in islice(order, 1))
                    yield index, future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def describe_failure(index: int, file: ImageFile, error: Exception) -> Failure:
    """Return {index, input, code, message} of an image that cannot be read."""
    missing, path = isinstance(error, FileNotFoundError), str(file)
    if Path(path).is_absolute():
        shown, message = path, f"cannot read {path}: {error}"
    else:  # a URL, or an image's own bytes as text: of any length
        reason = "it is not the path of a file" if _SCHEME.match(path) else str(error)
        shown = _shorten(path, 100)
        message = f"cannot read {_shorten(path, 40)}: {_shorten(reason, 40)}"
    return {
        "index": index,
        "input": shown,
        "code": "IMAGE_NOT_FOUND" if missing else "IMAGE_UNREADABLE",
        "message": message,
    }


def _shorten(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
