"""Training and judging models."""
