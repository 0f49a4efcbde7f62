"""CLIP and SigLIP: towers, tokenizer, image recipe, weights, and what of them is trained."""
