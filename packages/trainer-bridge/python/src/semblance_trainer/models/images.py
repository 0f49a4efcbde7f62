"""Images as the checkpoint wants them: decoded by Pillow, resized and cropped as transformers does.

The resize, crop and normalisation equal `CLIPImageProcessorPil` and `SiglipImageProcessorPil` of
transformers (no torchvision), which the tests hold against each other.
"""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps

from semblance_trainer.base.errors import TrainerError
from semblance_trainer.models.image_file import ImageFile, open_image_file

__all__ = ["ImageRecipe", "decode_image", "read_image_recipe"]

_IMAGENET_HALF = (0.5, 0.5, 0.5)
_CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
_CLIP_STD = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True)
class ImageRecipe:
    """How pixels are made, from preprocessor_config.json.

    Attributes:
        height, width: of the result.
        shortest_edge: resize that edge to this, then crop the centre; None: resize to
            height x width as it is.
        resample: Pillow's number of the filter (3: bicubic).
        scale: factor from bytes to the range that mean and deviation are given in.
        mean, deviation: per channel.
    """

    height: int
    width: int
    shortest_edge: int | None
    resample: int
    scale: float
    mean: tuple[float, ...]
    deviation: tuple[float, ...]

    def resized(self, image: Image.Image) -> NDArray[np.uint8]:
        """Return the RGB image's bytes [height, width, 3]."""
        if self.shortest_edge is None:
            size = (self.width, self.height)
        else:
            short, long = sorted(image.size)
            other = int(self.shortest_edge * long / short)
            portrait = image.width <= image.height
            size = (self.shortest_edge, other) if portrait else (other, self.shortest_edge)
        resized = image.resize(size, resample=Image.Resampling(self.resample))
        return _crop_centre(np.asarray(resized), self.height, self.width)

    def normalised(self, pixels: NDArray[np.uint8]) -> torch.Tensor:
        """Return bytes [batch, H, W, 3] as the model's pixel_values [batch, 3, H, W], float32."""
        levels = np.arange(256, dtype=np.float64) * self.scale
        mean = np.array(self.mean, dtype=np.float32)
        deviation = np.array(self.deviation, dtype=np.float32)
        table = (levels.astype(np.float32)[:, None] - mean) / deviation  # [256, 3]
        channels = [table[:, c][pixels[..., c]] for c in range(3)]  # each [batch, H, W]
        return torch.from_numpy(np.stack(channels, axis=1))

    def with_margin(self, margin: float) -> ImageRecipe:
        """Return the recipe for training images: larger by `margin`, to be cropped at random."""
        edge = self.shortest_edge
        return dataclasses.replace(
            self,
            height=round(self.height * (1 + margin)),
            width=round(self.width * (1 + margin)),
            shortest_edge=None if edge is None else round(edge * (1 + margin)),
        )


def _crop_centre(pixels: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """Crop the centre; where the image is smaller, the rest stays black."""
    have_height, have_width = pixels.shape[:2]
    if (have_height, have_width) == (height, width):
        return pixels
    if have_height < height or have_width < width:
        tall, wide = max(height, have_height), max(width, have_width)
        canvas = np.zeros((tall, wide, 3), dtype=np.uint8)
        top, left = math.ceil((tall - have_height) / 2), math.ceil((wide - have_width) / 2)
        canvas[top : top + have_height, left : left + have_width] = pixels
        pixels, have_height, have_width = canvas, tall, wide
    top, left = (have_height - height) // 2, (have_width - width) // 2
    return pixels[top : top + height, left : left + width]


def decode_image(path: ImageFile, hint: tuple[int, int] | None = None) -> Image.Image:
    """Decode a file as transformers' `load_image` does: EXIF orientation applied, RGB.

    `hint` (width, height) lets JPEGs be decoded at a smaller scale that is still at least as
    large in both directions: several times faster, and not exact; for training images alone.
    """
    with open_image_file(path) as content, Image.open(content) as file:
        if hint is not None:
            file.draft("RGB", hint)
        return ImageOps.exif_transpose(file).convert("RGB")


def _edges(size: Any, default: str) -> tuple[int | None, int | None, int | None]:
    """Return (shortest edge, height, width) of a `size` entry in any of its historic forms."""
    if isinstance(size, int):
        return (size, None, None) if default == "shortest" else (None, size, size)
    if isinstance(size, dict) and "shortest_edge" in size:
        return int(size["shortest_edge"]), None, None
    if isinstance(size, dict) and "height" in size and "width" in size:
        return None, int(size["height"]), int(size["width"])
    raise TrainerError("NOT_A_CHECKPOINT", f"preprocessor_config.json: size {size!r} is not known")


def _channels(
    entry: dict[str, Any], name: str, default: tuple[float, float, float]
) -> tuple[float, ...]:
    """Return a value for each of the three channels; one number stands for all of them."""
    value = entry.get(name)
    if value is None:
        return default
    values = value if isinstance(value, list) else [value] * 3
    if len(values) != 3 or not all(isinstance(number, int | float) for number in values):
        raise TrainerError(
            "NOT_A_CHECKPOINT",
            f"preprocessor_config.json: {name} {value!r} is neither a number nor three of them",
        )
    return tuple(float(number) for number in values)


def read_image_recipe(folder: Path, image_size: int, kind: str) -> ImageRecipe:
    """Read preprocessor_config.json of a checkpoint whose vision tower sees `image_size` pixels.

    Raises NOT_A_CHECKPOINT when the file is missing or unknown, leaves out a step that is always
    done here, or makes images of another size.
    """
    path = folder / "preprocessor_config.json"
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainerError(
            "NOT_A_CHECKPOINT",
            f"{path}: {error}",
            "add the checkpoint's preprocessor_config.json to its folder",
        ) from error
    for step in ("do_resize", "do_rescale", "do_normalize"):
        if not entry.get(step, True):
            raise TrainerError(
                "NOT_A_CHECKPOINT",
                f"{path}: {step} is false; only images that are resized, rescaled and normalised "
                "are supported",
                f"set {step} to true if the model was trained so, or use another checkpoint",
            )
    crops = bool(entry.get("do_center_crop", kind == "clip"))
    size = entry.get("size", image_size)
    shortest, height, width = _edges(size, "shortest" if crops else "square")
    if crops:
        _, height, width = _edges(entry.get("crop_size", image_size), "square")
    if (height, width) != (image_size, image_size):
        raise TrainerError(
            "NOT_A_CHECKPOINT",
            f"{path} makes images of {height}x{width}, the model takes {image_size}x{image_size}",
        )
    defaults = (_CLIP_MEAN, _CLIP_STD) if kind == "clip" else (_IMAGENET_HALF, _IMAGENET_HALF)
    return ImageRecipe(
        image_size,
        image_size,
        shortest if crops else None,
        int(entry.get("resample", 3)),
        float(entry.get("rescale_factor", 1 / 255)),
        _channels(entry, "image_mean", defaults[0]),
        _channels(entry, "image_std", defaults[1]),
    )
