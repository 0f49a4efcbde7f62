"""open_clip's ViT-B-32 with its own preprocessing; it has no way to load one tower alone."""

from collections.abc import Callable

import numpy as np
import open_clip
import torch
from measure_towers import in_batches, measure_towers, read_job, unit
from PIL import Image


def load(
    weights: str,
) -> tuple[Callable[[list[str]], np.ndarray], Callable[[list[str]], np.ndarray]]:
    """Return functions that embed paths and texts as [items, dimension]."""
    model, _, preprocess = open_clip.create_model_and_transforms("ViT-B-32", pretrained=weights)
    model.eval()
    tokenize = open_clip.get_tokenizer("ViT-B-32")

    @torch.inference_mode()
    def encode_images(paths: list[str]) -> np.ndarray:
        pixels = torch.stack([preprocess(Image.open(path)) for path in paths])
        return model.encode_image(pixels).numpy()

    @torch.inference_mode()
    def encode_texts(texts: list[str]) -> np.ndarray:
        return model.encode_text(tokenize(texts)).numpy()

    return encode_images, encode_texts


def main() -> None:
    """Measure one job."""
    job = read_job()
    torch.set_num_threads(job.threads)
    encode_images, encode_texts = load(job.openClipWeights)
    measure_towers(
        job,
        image=lambda paths: unit(in_batches(paths, job.imageBatch, encode_images)),
        text=lambda texts: unit(in_batches(texts, job.textBatch, encode_texts)),
    )


if __name__ == "__main__":
    main()
