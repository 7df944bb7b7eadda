"""Charts of predictions, layers, images and shapes."""
