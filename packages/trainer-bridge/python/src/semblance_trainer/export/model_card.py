"""README.md of a model folder: what the model is, what it was measured at, how it was made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from semblance_trainer.base.events import write_atomically
from semblance_trainer.export.fit_card import fit_section
from semblance_trainer.models.dual_encoder import DualEncoder

__all__ = ["write_model_card"]


def write_model_card(
    folder: Path,
    model: DualEncoder,
    *,
    name: str,
    base: str | None,
    license_name: str | None,
    certificate: dict[str, Any],
    fit: dict[str, Any] | None,
) -> None:
    """Write the card; `fit` is a fit's result, None for a model that was only exported."""
    head = ["---", "pipeline_tag: zero-shot-image-classification", "library_name: transformers"]
    head += [f"license: {license_name}"] if license_name else []
    kind = "CLIP" if model.kind == "clip" else "SigLIP"
    lines = [
        *head,
        "---",
        "",
        f"# {name}",
        "",
        f"A {kind} dual encoder: images ({model.images.height}x{model.images.width} pixels) and "
        f"texts (up to {model.texts.length} tokens) as vectors of {model.dimension} dimensions.",
        "",
        f"- Base: {base or 'none'}",
        f"- Licence of the base: {license_name or 'not stated'}",
        "",
    ]
    lines += fit_section(fit) if fit is not None else []
    lines += _agreement(certificate)
    cost = certificate.get("cost")
    lines += _cost(cost) if cost is not None else []
    write_atomically(folder / "README.md", "\n".join(lines) + "\n")


def _agreement(certificate: dict[str, Any]) -> list[str]:
    items = certificate["items"]
    return [
        "## Agreement of the ONNX graphs with PyTorch",
        "",
        f"{certificate['runtime']} against {certificate['reference']}, on L2-normalised embeddings "
        f"of {items['images']} images and {items['texts']} texts: largest difference "
        f"{certificate['image']['maxAbs']:.1e} (images) and {certificate['text']['maxAbs']:.1e} "
        f"(texts); allowed {certificate['tolerance']:.0e}.",
    ]


def _cost(cost: dict[str, Any]) -> list[str]:
    items = cost["items"]
    on = f"{items['images']} images and {items['texts']} texts"
    on += " of a dataset" if cost["dataset"] else "; nothing was ranked, as no dataset was given"
    exact = cost["metrics"]
    keys = [f"{way}.hit@{k}" for way in ("t2i", "i2t") for k in (1, 5, 10)] if exact else []
    head = ["precision", "MB", "min. cosine, images", "min. cosine, texts"]
    head += ["same first, t2i", "same first, i2t", *keys] if exact else []
    rows = [_cost_row(dtype, facts, keys) for dtype, facts in cost["precisions"].items()]
    if exact:
        rows.insert(0, ["PyTorch", *[""] * 5, *[f"{exact[key]:.4f}" for key in keys]])
    return [
        "",
        "## What each precision costs",
        "",
        f"Against PyTorch in float32, on {on}.",
        "",
        *(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)),
    ]


def _cost_row(dtype: str, facts: dict[str, Any], keys: list[str]) -> list[str]:
    row = [dtype, f"{facts['bytes'] / 1e6:.1f}"]
    row += [f"{facts['toTorch'][side]['minCosine']:.6f}" for side in ("image", "text")]
    if keys:
        row += [f"{facts['agreement'][f'{way}.agreement@1']:.4f}" for way in ("t2i", "i2t")]
    return row + [f"{facts['metrics'][key]:.4f} ({facts['change'][key]:+.4f})" for key in keys]
