"""The model card's section on a fit: what was kept and why, and how it came about."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["fit_section"]


def fit_section(fit: dict[str, Any]) -> list[str]:
    """Return the lines of the section; `fit` is the result of a fit (see `choice.describe`)."""
    hashes, parameters = fit["hashes"], fit["parameters"]
    changed = json.dumps(fit["hyperparameters"]) if fit["hyperparameters"] else "none"
    return [
        "## Fit",
        "",
        f"Kept: {_kept(fit)}.",
        "",
        _gain(fit["judged"]),
        "",
        *_before_and_after(fit),
        "",
        "hit@k: at least one relevant item among the first k; mrr: mean reciprocal rank; t2i: text "
        "to image; i2t: image to text. On the whole of validation, part of which chose the "
        "weights, with 95 % intervals from resampling clusters of queries.",
        "",
        f"- Method: {fit['method']}, {parameters['trained']:,} numbers trained of a model of "
        f"{parameters['all']:,}; {fit['steps']} updates in {fit['timing']['fit']:.0f} s, "
        f"stopped by {fit['stopped']}; peak learning rate {fit['learningRate']:g}; "
        f"seed {fit['seed']}",
        f"- Hyperparameters other than the default: {changed}",
        f"- Training data (SHA-256 of ids and judgements): {hashes['train'] or 'not stated'}",
        f"- Validation data: {hashes['validation'] or 'not stated'}",
        f"- Environment: {fit['environment']}",
        "",
    ]


def _kept(fit: dict[str, Any]) -> str:
    if fit["kept"] == "start":
        return "the start; training was no gain"
    if fit["kept"] == "interpolated":
        alpha = fit["alpha"]
        return f"{1 - alpha:g} of the start's weights and {alpha:g} of the trained ones"
    if fit["kept"] == "average":
        return f"the {fit['keptName']} checkpoints"
    return f"the weights of {fit['keptName']}"


def _gain(judged: dict[str, Any]) -> str:
    bounds = judged.get("interval")
    interval = f", 95 % interval {bounds[0]:+.4f} to {bounds[1]:+.4f}" if bounds else ""
    count = len(judged["groups"])
    metric = {"mrr": "mean reciprocal rank"}.get(judged["metric"], judged["metric"])
    return (
        f"Gain in {metric} on the half of validation that did not choose: "
        f"{judged['gain']:+.4f}{interval} ({count} queries)."
    )


def _before_and_after(fit: dict[str, Any]) -> list[str]:
    def show(side: str, key: str) -> str:
        bounds = fit["intervals"][side].get(key)
        value = f"{fit[side][key]:.4f}"
        return f"{value} ({bounds[0]:.4f} to {bounds[1]:.4f})" if bounds else value

    rows = [f"| {key} | {show('before', key)} | {show('after', key)} |" for key in fit["before"]]
    return ["| validation | before | after |", "| --- | --- | --- |", *rows]
