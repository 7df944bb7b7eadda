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
    *[
        sample(
            f"F.multi_head_attention_forward(a, b, b, 8, 4, c, {bias}, {extra}, {extra}, {zero}, 0.0, e, None{more})[{k}]",
            "5,2,8",
            "6,2,8",
            "24,8",
            "1,1,8",
            "8,8",
            "24",
            "8,6,2",
        )
        for bias, extra, zero, more, k in (
            ("f", "d", True, "", 0),
            ("None", "d", False, ", average_attn_weights=False", 1),
            ("f", "d", False, ", need_weights=False", 0),
            ("None", "None", False, ", static_k=g, static_v=g * 2", 0),
        )
    ],
    sample(
        "F.multi_head_attention_forward(a, b, c, 4, 2, None, None, None, None, False, 0.0, d, e, "
        "use_separate_proj_weight=True, q_proj_weight=f, k_proj_weight=g, v_proj_weight=h)[0]",
        "5,4",
        "6,3",
        "6,2",
        "4,4",
        "4",
        "4,4",
        "4,3",
        "4,2",
    ),
]
