"""Samples of the operations in `minidl.ops.attention`; how they are written stands in `tests.ops.samples`."""

from tests.ops.samples.sample import sample

SAMPLES = [
    sample("F.scaled_dot_product_attention(a, b, c)", "2,3,4", "2,5,4", "2,5,2"),
    sample("F.scaled_dot_product_attention(a, b, c, is_causal=True)", "2,3,4", "2,3,4", "2,3,4"),
    sample("F.scaled_dot_product_attention(a, b, c, attn_mask=d)", "2,3,4", "2,5,4", "2,5,2", "3,5"),
    sample("F.scaled_dot_product_attention(a, b, c, attn_mask=d > -1)", "2,3,4", "2,5,4", "2,5,2", "3,5"),
    sample(
        "F.scaled_dot_product_attention(a, b, c, attn_mask=d)", "2,2,4", "2,2,4", "2,2,2", "=[[True, False], [False, False]]"
    ),
    sample("F.scaled_dot_product_attention(a, b, c, enable_gqa=True, scale=0.3)", "1,4,3,4", "1,2,3,4", "1,2,3,2"),
    sample(
        "F.scaled_dot_product_attention(a, b, c, attn_mask=d.detach())",
        "1,2,4",
        "1,2,4",
        "1,2,2",
        "=[[0.0, 1.0], [-inf, -inf]]",
        corner=True,
    ),
]
