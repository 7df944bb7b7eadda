"""Samples of the operations in `minidl.ops.attention`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("F.scaled_dot_product_attention(a, b, c)", "2,3,4", "2,5,4", "2,5,2"),
    sample("F.scaled_dot_product_attention(a, b, c, is_causal=True)", "2,3,4", "2,3,4", "2,3,4"),
    sample("F.scaled_dot_product_attention(a, b, c, attn_mask=d)", "2,3,4", "2,5,4", "2,5,2", "3,5"),
    sample("F.scaled_dot_product_attention(a, b, c, attn_mask=d > -1)", "2,3,4", "2,5,4", "2,5,2", "3,5"),
]
