"""Fine-tunes CLIP and SigLIP models on image-text pairs and exports them to ONNX."""

__all__ = ["PROTOCOL"]

PROTOCOL = 1
"""Version of the job files and events that TypeScript and Python agree on."""
