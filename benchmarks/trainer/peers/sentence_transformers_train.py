"""sentence-transformers' recipe for CLIP: its trainer and MultipleNegativesRankingLoss."""

import torch
from datasets import Dataset, Image
from sentence_transformers import (
    SentenceTransformer,
    SentenceTransformerTrainer,
    SentenceTransformerTrainingArguments,
)
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from step_clock import end_after, read_job


def main() -> None:
    """Do one job."""
    job = read_job()
    torch.set_num_threads(job.threads)
    end_after(job)
    model = SentenceTransformer(job.checkpoint, device="cpu")
    pairs = Dataset.from_csv(job.train, cache_dir=job.output)
    pairs = pairs.select_columns(["caption", "image"]).cast_column("image", Image())
    arguments = SentenceTransformerTrainingArguments(
        output_dir=job.output,
        per_device_train_batch_size=job.batchSize,
        max_steps=job.steps + 1,
        dataloader_num_workers=job.workers,
        seed=job.seed,
        use_cpu=True,
        report_to="none",
        save_strategy="no",
    )
    SentenceTransformerTrainer(
        model=model,
        args=arguments,
        train_dataset=pairs,
        loss=MultipleNegativesRankingLoss(model),
    ).train()


if __name__ == "__main__":
    main()
