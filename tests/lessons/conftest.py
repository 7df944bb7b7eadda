"""The lessons are scripts that import torch, and no tests by themselves."""

collect_ignore_glob = ["lesson_*.py"]
