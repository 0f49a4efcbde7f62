"""The step itself and nothing else: transformers' CLIPModel on tensors that are ready."""

import csv
import random
from pathlib import Path
from types import SimpleNamespace

import torch
from step_clock import end_after, read_job
from transformers import AutoTokenizer, CLIPModel

READY = 4
"""Batches that are made beforehand and come round again."""


def main() -> None:
    """Do one job."""
    job = read_job()
    torch.set_num_threads(job.threads)
    torch.manual_seed(job.seed)
    model = CLIPModel.from_pretrained(job.checkpoint, dtype=torch.float32).train()
    # Betas and epsilon of CLIP's own training, and PyTorch's fastest variant: as ours.
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=1e-5, betas=(0.9, 0.98), eps=1e-6, fused=True
    )
    batches = make_batches(job, model.config.vision_config.image_size)
    end_after(job)
    while True:
        for batch in batches:
            optimizer.zero_grad(set_to_none=True)
            model(**batch, return_loss=True).loss.backward()
            optimizer.step()


def make_batches(job: SimpleNamespace, size: int) -> list[dict[str, torch.Tensor]]:
    """Return batches of noise and of captions drawn from the table, padded to their longest."""
    tokenizer = AutoTokenizer.from_pretrained(job.checkpoint)
    with Path(job.train).open(encoding="utf-8", newline="") as file:
        captions = [row["caption"] for row in csv.DictReader(file)]
    draw = random.Random(job.seed)
    batches = []
    for _ in range(READY):
        texts = draw.sample(captions, job.batchSize)
        batch = tokenizer(texts, padding=True, truncation=True, return_tensors="pt")
        ids = {name: batch[name] for name in ("input_ids", "attention_mask")}
        batches.append({**ids, "pixel_values": torch.randn(job.batchSize, 3, size, size)})
    return batches


if __name__ == "__main__":
    main()
