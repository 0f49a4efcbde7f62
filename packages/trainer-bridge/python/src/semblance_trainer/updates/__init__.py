"""One update of the weights: loss, gradients, optimizer."""
