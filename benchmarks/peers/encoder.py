"""A transformer encoder from parts, for the libraries that do not bring one."""


def encoder_classes(nn, attention, swapaxes):
    """TransformerEncoderLayer and TransformerEncoder, made of the layers in `nn`.

    `attention(q, k, v)` takes arrays of shape (batch, heads, tokens, width of a head).
    """

    class TransformerEncoderLayer(nn.Module):
        def __init__(self, width, heads, hidden, **options):
            super().__init__()
            self.sizes, self.heads = (width, heads, hidden), heads
            self.project, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.widen, self.narrow = nn.Linear(width, hidden), nn.Linear(hidden, width)
            self.norm1, self.norm2, self.relu = nn.LayerNorm(width), nn.LayerNorm(width), nn.ReLU()

        def forward(self, x):
            batch, tokens, width = x.shape
            parts = self.project(x).reshape(batch, tokens, 3, self.heads, width // self.heads)
            mixed = attention(*(swapaxes(parts[:, :, i], 1, 2) for i in range(3)))
            x = self.norm1(x + self.out(swapaxes(mixed, 1, 2).reshape(batch, tokens, width)))
            return self.norm2(x + self.narrow(self.relu(self.widen(x))))

    class TransformerEncoder(nn.Module):
        def __init__(self, layer, num_layers):
            super().__init__()
            self.layers = nn.Sequential(*[type(layer)(*layer.sizes) for _ in range(num_layers)])

        def forward(self, x):
            return self.layers(x)

    return TransformerEncoderLayer, TransformerEncoder
