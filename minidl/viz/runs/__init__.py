"""Training runs: loss curves, gradient flow, and what they say."""
