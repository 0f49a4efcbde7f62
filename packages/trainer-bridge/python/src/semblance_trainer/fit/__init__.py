"""A fit from end to end: preparation, the training loop, the choice of weights."""
