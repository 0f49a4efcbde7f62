"""AutoGluon's MultiModalPredictor, as its tutorial has it, on the checkpoint.

Batch size, device and, for updates that are timed, no validation between; all else as it comes.
"""

import json
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas
from autogluon.multimodal import MultiModalPredictor
from step_clock import end_after, read_job


def main() -> None:
    """Time updates, or train for a time and embed the test items."""
    job = read_job()
    predictor = MultiModalPredictor(
        problem_type="image_text_similarity",
        query="caption",
        response="image",
        eval_metric="recall",
        path=str(Path(job.output) / "model"),
    )
    if hasattr(job, "timeLimit"):
        started = time.time()
        fit(predictor, job, {}, job.timeLimit)
        seconds = time.time() - started
        write_embeddings(predictor, job)
        print(json.dumps({"seconds": seconds}), flush=True)
    else:
        end_after(job)
        fit(predictor, job, {"optim.max_epochs": 1000, "optim.check_val_every_n_epoch": 1000}, None)


def fit(
    predictor: MultiModalPredictor, job: SimpleNamespace, more: dict, time_limit: float | None
) -> None:
    """Fit on the job's pairs."""
    predictor.fit(
        train_data=pandas.read_csv(job.train),
        tuning_data=pandas.read_csv(job.validation),
        time_limit=time_limit,
        hyperparameters={
            "model.clip.checkpoint_name": job.checkpoint,
            "env.num_gpus": 0,
            "env.precision": 32,
            "env.num_workers": job.workers,
            "env.batch_size": job.batchSize,
            "env.per_gpu_batch_size": job.batchSize,
            **more,
        },
        seed=job.seed,
    )


def write_embeddings(predictor: MultiModalPredictor, job: SimpleNamespace) -> None:
    """Write image.npy and text.npy in the folder `job.embeddings`: [items, dimension], float32.

    Rows stand in order of first appearance in the table `job.test`.
    """
    test = pandas.read_csv(job.test)
    for name, column in (("image", "image"), ("text", "caption")):
        items = list(dict.fromkeys(test[column]))
        embeddings = predictor.extract_embedding({column: items})
        vectors = embeddings[column] if isinstance(embeddings, dict) else embeddings
        np.save(Path(job.embeddings) / f"{name}.npy", np.asarray(vectors, dtype=np.float32))


if __name__ == "__main__":
    main()
