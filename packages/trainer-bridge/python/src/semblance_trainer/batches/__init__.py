"""What a step sees: its pairs, their pixels and ids, hard negatives among them."""
