"""Computation graphs: seen whole, opened module by module, and stepped through."""
