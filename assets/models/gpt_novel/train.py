"""Train the small GPT of chapter 20 on a novel, and keep its weights and its tokenizer beside it.

    python assets/models/gpt_novel/train.py     (or `make models`)

A few minutes on one core. The chapter trains the same network for some seconds itself, and goes on with this one.
"""

import math
from pathlib import Path

import minidl as md
from minidl import nn

F = nn.functional
HERE = Path(__file__).parent
TOKENS, WIDTH, HEADS, BLOCKS, CONTEXT = 1024, 96, 4, 3, 128
LEARN, CHOOSE = 0.9, 0.95  # the first 90 % of the novel to learn from, 5 % to choose on, and the rest stays closed
STEPS, BATCH, RATE = 800, 32, 4e-3


class Attention(nn.Module):
    """Causal attention with several heads."""

    def __init__(self, width, heads, dropout):
        super().__init__()
        self.heads = heads
        self.c_attn, self.c_proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        """Mix (N, T, width); nobody looks ahead."""
        n, length, width = x.shape
        split = lambda part: part.reshape(n, length, self.heads, width // self.heads).transpose(1, 2)
        q, k, v = map(split, self.c_attn(x).chunk(3, dim=-1))
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.dropout(self.c_proj(mixed.transpose(1, 2).reshape(n, length, width)))


class Block(nn.Module):
    """Attention, then a small network for each token, both added to what came."""

    def __init__(self, width, heads, dropout, approximate):
        super().__init__()
        self.ln_1, self.attn = nn.LayerNorm(width), Attention(width, heads, dropout)
        self.ln_2 = nn.LayerNorm(width)
        layers = {"c_fc": nn.Linear(width, 4 * width), "act": nn.GELU(approximate)}
        layers |= {"c_proj": nn.Linear(4 * width, width), "dropout": nn.Dropout(dropout)}
        self.mlp = nn.ModuleDict(layers)

    def forward(self, x):
        """From (N, T, width) to the same shape."""
        x = x + self.attn(self.ln_1(x))
        hidden = self.ln_2(x)
        for layer in self.mlp.values():
            hidden = layer(hidden)
        return x + hidden


class GPT(nn.Module):
    """A decoder-only transformer; its weights have the names that nanoGPT and minGPT (since 2022) give them.

    As it is, it takes weights of nanoGPT; biases that these lack stay 0. minGPT reads and writes with two matrices, and its
    GELU is an approximate one: `tied=False, approximate="tanh"`.
    """

    def __init__(
        self,
        tokens=TOKENS,
        width=WIDTH,
        heads=HEADS,
        blocks=BLOCKS,
        context=CONTEXT,
        dropout=0.1,
        tied=True,
        approximate="none",
    ):
        super().__init__()
        parts = {
            "wte": nn.Embedding(tokens, width),
            "wpe": nn.Embedding(context, width),
            "drop": nn.Dropout(dropout),
            "h": nn.ModuleList([Block(width, heads, dropout, approximate) for _ in range(blocks)]),
            "ln_f": nn.LayerNorm(width),
        }
        self.transformer = nn.ModuleDict(parts)
        self.lm_head = nn.Linear(width, tokens, bias=False)
        for name, weight in self.named_parameters():
            if weight.ndim == 2:
                last = name.endswith("c_proj.weight")
                nn.init.normal_(weight, std=0.02 / math.sqrt(2 * blocks) if last else 0.02)
            elif name.endswith("bias"):
                nn.init.zeros_(weight)
        if tied:
            self.lm_head.weight = self.transformer["wte"].weight  # one matrix reads and writes the tokens

    def forward(self, tokens):
        """Logits (N, T, tokens) of what comes next, for tokens (N, T)."""
        parts = self.transformer
        x = parts["drop"](parts["wte"](tokens) + parts["wpe"](md.arange(tokens.shape[1])))
        for block in parts["h"]:
            x = block(x)
        return self.lm_head(parts["ln_f"](x))


def divided(text):
    """The parts of a text to learn from, to choose on, and to test on."""
    learn, choose = int(LEARN * len(text)), int(CHOOSE * len(text))
    return text[:learn], text[learn:choose], text[choose:]


def bits_per_byte(model, tokenizer, text):
    """How many bits the model needs for a byte of a text, read in windows that do not overlap."""
    tokens = tokenizer.encode(text)
    windows = [tokens[k : k + CONTEXT + 1] for k in range(0, len(tokens) - 1, CONTEXT)]
    with md.no_grad():
        nats = [F.cross_entropy(model(md.tensor([w[:-1]]))[0], md.tensor(w[1:]), reduction="sum").item() for w in windows]
    return sum(nats) / math.log(2) / len(text.encode())


def trained(tokens, seed=0):
    """A network that has learned to go on with the text of these tokens."""
    md.manual_seed(seed)
    model = GPT()
    weights = [*model.parameters()]
    groups = [
        {"params": [w for w in weights if w.ndim > 1]},
        {"params": [w for w in weights if w.ndim == 1], "weight_decay": 0.0},
    ]
    optimizer = md.optim.AdamW(groups, lr=RATE, betas=(0.9, 0.99), weight_decay=0.1)
    schedule = md.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=STEPS, pct_start=0.1)
    tokens = md.tensor(tokens)
    for step in range(STEPS):
        starts = md.randint(0, len(tokens) - CONTEXT, (BATCH, 1))
        window = tokens[starts + md.arange(CONTEXT + 1)]
        loss = F.cross_entropy(model(window[:, :-1]).flatten(0, 1), window[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        schedule.step()
        if step % 100 == 99:
            print(f"step {step + 1}: loss {loss.item():.3f}", flush=True)
    return model.eval()


def main():
    """Learn the tokens, then the network; save both, and say how well it reads the part to choose on."""
    learn, choose, _ = divided(md.data.novel())
    tokenizer = md.text.BytePairs.learn(learn, TOKENS)
    tokenizer.save(HERE / "byte_pairs.json")
    model = trained(tokenizer.encode(learn))
    weights = {name: value.half() for name, value in model.state_dict().items() if name != "lm_head.weight"}
    md.save(weights, HERE / "weights.safetensors")
    print(f"{bits_per_byte(model, tokenizer, choose):.3f} bits per byte on the part to choose on")


if __name__ == "__main__":
    main()
