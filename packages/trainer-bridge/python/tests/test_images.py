"""Pixels equal transformers' own processors; a cache is whole or made again."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import CLIPImageProcessorPil, SiglipImageProcessorPil

from conftest import draw, shared_folder
from semblance_trainer.base.errors import TrainerError
from semblance_trainer.data.image_cache import CacheRequest, PixelCache, open_cache
from semblance_trainer.models.images import decode_image, read_image_recipe

SIZES = [(48, 40), (31, 97), (97, 31), (32, 32), (33, 32), (200, 11)]
CLIP = {"size": {"shortest_edge": 32}, "crop_size": {"height": 32, "width": 32}}
PADDED = {"size": {"shortest_edge": 20}, "crop_size": {"height": 32, "width": 32}}
SIGLIP = {"size": {"height": 32, "width": 32}}


@pytest.mark.parametrize(
    ("kind", "settings", "processor"),
    [
        ("clip", CLIP, CLIPImageProcessorPil),
        ("clip", PADDED, CLIPImageProcessorPil),
        ("siglip", SIGLIP, SiglipImageProcessorPil),
    ],
)
def test_pixels_equal_transformers(
    tmp_path: Path, kind: str, settings: dict[str, object], processor: Callable[..., object]
) -> None:
    reference = processor(**settings)
    reference.save_pretrained(tmp_path)  # type: ignore[attr-defined]
    recipe = read_image_recipe(tmp_path, 32, kind)
    random = np.random.default_rng(0)
    for width, height in SIZES:
        image = Image.fromarray(random.integers(0, 256, (height, width, 3), dtype=np.uint8))
        expected = reference(images=image, return_tensors="pt")["pixel_values"]  # type: ignore[operator]
        found = recipe.normalised(recipe.resized(image)[None])
        assert (found - expected).abs().max().item() <= 1e-6


def test_real_photos_have_the_reference_pixels() -> None:
    data = shared_folder("data", "flickr8k-800")
    names = json.loads(
        (shared_folder("oracle", "tiny-clip") / "automm" / "oracle.json").read_text()
    )
    paths = [str(data / name) for name in names["images"][:8]]
    for model, part in (("tiny-clip", "transformers/"), ("tiny-siglip", "")):
        oracle = shared_folder("oracle", model)
        size, kind = (64, "clip") if model == "tiny-clip" else (96, "siglip")
        recipe = read_image_recipe(oracle / "checkpoint", size, kind)
        found = recipe.normalised(np.stack([recipe.resized(decode_image(p)) for p in paths]))
        expected = torch.from_numpy(np.load(oracle / f"{part}hf_pixels_first8.npy"))
        assert (found - expected).abs().max().item() <= 1e-6


def test_a_photo_is_turned_as_its_camera_says(tmp_path: Path) -> None:
    image = draw("red", "bar", 0)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise
    image.save(tmp_path / "turned.png", exif=exif)
    assert decode_image(str(tmp_path / "turned.png")).size == (image.height, image.width)


def test_a_processor_of_another_size_is_refused(tmp_path: Path) -> None:
    CLIPImageProcessorPil(**CLIP).save_pretrained(tmp_path)
    with pytest.raises(TrainerError, match="makes images of 32x32, the model takes 64x64"):
        read_image_recipe(tmp_path, 64, "clip")


@pytest.fixture
def request_for(tmp_path: Path) -> Callable[..., CacheRequest]:
    CLIPImageProcessorPil(**CLIP).save_pretrained(tmp_path)
    recipe = read_image_recipe(tmp_path, 32, "clip")
    paths = []
    for turn in range(5):
        draw("blue", "cross", turn).save(tmp_path / f"{turn}.png")
        paths.append(str(tmp_path / f"{turn}.png"))

    def make(report: Callable[[int, int], bool] = lambda done, total: True) -> CacheRequest:
        return CacheRequest(tmp_path / "cache.u8", tuple(paths), recipe, True, report)

    return make


def test_the_cache_holds_each_image_in_its_place(request_for: Callable[..., CacheRequest]) -> None:
    request = request_for()
    cache = open_cache(request)
    assert cache.present.all()
    for i, path in enumerate(request.paths):
        np.testing.assert_array_equal(cache.pixels[i], request.recipe.resized(decode_image(path)))


def test_a_whole_cache_is_not_read_again(request_for: Callable[..., CacheRequest]) -> None:
    open_cache(request_for())
    told: list[int] = []
    open_cache(request_for(lambda done, total: told.append(done) is None))
    assert told == []


def test_an_interrupted_cache_is_made_again(request_for: Callable[..., CacheRequest]) -> None:
    def interrupt(done: int, total: int) -> bool:
        if done == 3:
            raise KeyboardInterrupt
        return True

    with pytest.raises(KeyboardInterrupt):
        open_cache(request_for(interrupt))
    assert open_cache(request_for()).present.all()


def test_a_changed_image_is_read_again(request_for: Callable[..., CacheRequest]) -> None:
    before = np.array(open_cache(request_for()).pixels)
    request = request_for()
    draw("gold", "square", 4).resize((60, 50)).save(request.paths[2])
    after: PixelCache = open_cache(request)
    assert (after.pixels[2] != before[2]).any()
    np.testing.assert_array_equal(after.pixels[3], before[3])


def test_an_unreadable_image_is_one_listed_failure(
    request_for: Callable[..., CacheRequest],
) -> None:
    request = request_for()
    Path(request.paths[1]).write_bytes(Path(request.paths[1]).read_bytes()[:60])
    Path(request.paths[4]).unlink()
    cache = open_cache(request)
    assert cache.present.tolist() == [True, False, True, True, False]
    assert [(f["index"], f["code"]) for f in cache.failures] == [
        (1, "IMAGE_UNREADABLE"),
        (4, "IMAGE_NOT_FOUND"),
    ]
    assert cache.failures[1]["input"] == request.paths[4]


@pytest.mark.parametrize(
    "path",
    [
        "data:image/png;base64," + "iVBORw0KGgo" * 500,
        "https://example.org/" + "a" * 300 + ".jpg",
        "file://host/photo.jpg",
        "a\0b.jpg",
        "\ud800.jpg",
    ],
)
def test_what_is_no_path_is_one_short_failure(
    request_for: Callable[..., CacheRequest], path: str
) -> None:
    request = dataclasses.replace(request_for(), paths=(request_for().paths[0], path))
    cache = open_cache(request)
    assert cache.present.tolist() == [True, False]
    (failure,) = cache.failures
    assert failure["index"] == 1
    assert failure["input"][:10] == path[:10]
    assert len(failure["input"]) <= 100
    assert len(failure["message"]) <= 100


@pytest.mark.parametrize("step", ["do_resize", "do_rescale", "do_normalize"])
def test_a_processor_that_leaves_out_a_step_is_refused(tmp_path: Path, step: str) -> None:
    CLIPImageProcessorPil(**CLIP, **{step: False}).save_pretrained(tmp_path)
    with pytest.raises(TrainerError, match=f"{step} is false") as caught:
        read_image_recipe(tmp_path, 32, "clip")
    assert caught.value.code == "NOT_A_CHECKPOINT"


def test_one_mean_for_all_channels_is_as_three(tmp_path: Path) -> None:
    one = CLIPImageProcessorPil(**CLIP, image_mean=0.0, image_std=0.25)
    one.save_pretrained(tmp_path)
    recipe = read_image_recipe(tmp_path, 32, "clip")
    assert (recipe.mean, recipe.deviation) == ((0.0,) * 3, (0.25,) * 3)
    (tmp_path / "preprocessor_config.json").write_text(json.dumps({**CLIP, "image_mean": [0.5]}))
    with pytest.raises(TrainerError, match="image_mean"):
        read_image_recipe(tmp_path, 32, "clip")
