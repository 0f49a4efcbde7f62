"""transformers in PyTorch with Pillow, each tower by itself: the reference."""

import numpy as np
import torch
from measure_towers import in_batches, measure_towers, read_job, unit
from PIL import Image
from transformers import AutoConfig, AutoTokenizer
from transformers.image_utils import load_image


class Towers:
    """Both towers of a CLIP or SigLIP checkpoint, loaded on first use."""

    def __init__(self, checkpoint: str) -> None:
        self.checkpoint = checkpoint
        self.is_clip = AutoConfig.from_pretrained(checkpoint).model_type == "clip"
        self.vision = None
        self.text = None

    @torch.inference_mode()
    def encode_images(self, paths: list[str]) -> np.ndarray:
        """Return [images, dimension]."""
        if self.vision is None:
            self._load_vision()
        images: list[Image.Image] = [load_image(path) for path in paths]
        pixels = self.processor(images=images, return_tensors="pt")["pixel_values"]
        output = self.vision(pixel_values=pixels)
        return (output.image_embeds if self.is_clip else output.pooler_output).numpy()

    @torch.inference_mode()
    def encode_texts(self, texts: list[str]) -> np.ndarray:
        """Return [texts, dimension]; SigLIP's texts are padded to its full length."""
        if self.text is None:
            self._load_text()
        padding = True if self.is_clip else "max_length"
        inputs = self.tokenizer(texts, padding=padding, truncation=True, return_tensors="pt")
        if not self.is_clip:
            inputs.pop("attention_mask", None)
        output = self.text(**inputs)
        return (output.text_embeds if self.is_clip else output.pooler_output).numpy()

    def _load_vision(self) -> None:
        if self.is_clip:
            from transformers import CLIPVisionModelWithProjection as Model
            from transformers.models.clip.image_processing_pil_clip import (
                CLIPImageProcessorPil as Processor,
            )
        else:
            from transformers import SiglipVisionModel as Model
            from transformers.models.siglip.image_processing_pil_siglip import (
                SiglipImageProcessorPil as Processor,
            )
        self.processor = Processor.from_pretrained(self.checkpoint)
        self.vision = Model.from_pretrained(self.checkpoint, dtype=torch.float32).eval()

    def _load_text(self) -> None:
        if self.is_clip:
            from transformers import CLIPTextModelWithProjection as Model
        else:
            from transformers import SiglipTextModel as Model
        self.tokenizer = AutoTokenizer.from_pretrained(self.checkpoint)
        self.text = Model.from_pretrained(self.checkpoint, dtype=torch.float32).eval()


def main() -> None:
    """Measure one job."""
    job = read_job()
    torch.set_num_threads(job.threads)
    towers = Towers(job.checkpoint)
    measure_towers(
        job,
        image=lambda paths: unit(in_batches(paths, job.imageBatch, towers.encode_images)),
        text=lambda texts: unit(in_batches(texts, job.textBatch, towers.encode_texts)),
    )


if __name__ == "__main__":
    main()
