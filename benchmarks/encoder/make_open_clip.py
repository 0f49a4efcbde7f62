"""Writes the random weights of open_clip's ViT-B-32. Run: `python make_open_clip.py FILE`."""

import sys

import open_clip
import torch

torch.manual_seed(32)
torch.save(open_clip.create_model("ViT-B-32", pretrained=None).state_dict(), sys.argv[1])
