"""sentence-transformers on the checkpoint folder; it loads both towers at once."""

import numpy as np
import torch
from measure_towers import measure_towers, read_job
from PIL import Image
from sentence_transformers import SentenceTransformer


def main() -> None:
    """Measure one job."""
    job = read_job()
    torch.set_num_threads(job.threads)
    model = SentenceTransformer(job.checkpoint, device="cpu")
    options = {"normalize_embeddings": True, "show_progress_bar": False}

    def encode_images(paths: list[str]) -> np.ndarray:
        images = [Image.open(path) for path in paths]
        return model.encode(images, batch_size=job.imageBatch, **options)

    def encode_texts(texts: list[str]) -> np.ndarray:
        return model.encode(texts, batch_size=job.textBatch, **options)

    measure_towers(job, image=encode_images, text=encode_texts)


if __name__ == "__main__":
    main()
