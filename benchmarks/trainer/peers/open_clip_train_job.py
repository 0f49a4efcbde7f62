"""open_clip's own training program, on a model of the checkpoint's shape with its weights."""

import json
from pathlib import Path

import open_clip
import torch
from open_clip_train.main import main as train
from open_clip_weights import convert, model_config
from step_clock import end_after, read_job


def main() -> None:
    """Do one job."""
    job = read_job()
    torch.set_num_threads(job.threads)
    end_after(job)
    folder = Path(job.output)
    checkpoint = Path(job.checkpoint)
    config = folder / "benchmarked.json"
    config.write_text(json.dumps(model_config(checkpoint)), encoding="utf-8")
    weights = folder / "weights.pt"
    torch.save(convert(checkpoint), weights)
    open_clip.add_model_config(config)
    options = {
        "model": config.stem,
        "pretrained": weights,
        "train-data": job.train,
        "dataset-type": "csv",
        "csv-separator": ",",
        "csv-img-key": "image",
        "csv-caption-key": "caption",
        "batch-size": job.batchSize,
        "workers": job.workers,
        "epochs": 1000,  # more than the steps asked for need
        "precision": "fp32",
        "device": "cpu",
        "seed": job.seed,
        "logs": folder / "logs",
    }
    train([part for name, value in options.items() for part in (f"--{name}", str(value))])


if __name__ == "__main__":
    main()
