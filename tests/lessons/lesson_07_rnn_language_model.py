"""A recurrent network that learns to write, letter by letter."""

import torch
from torch import nn
from torch.nn import functional as F

text = "the cat sat on the mat and the rat sat on the cat " * 3
letters = sorted(set(text))
index = {letter: i for i, letter in enumerate(letters)}
corpus = torch.tensor([index[letter] for letter in text])
print(len(letters), corpus[:10])


class RNNModel(nn.Module):
    def __init__(self, kind, vocab_size, num_hiddens):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, 8)
        self.rnn = kind(8, num_hiddens, batch_first=True)
        self.linear = nn.Linear(num_hiddens, vocab_size)

    def forward(self, inputs, state=None):
        Y, state = self.rnn(self.embedding(inputs), state)
        return self.linear(Y), state


for kind in (nn.RNN, nn.GRU, nn.LSTM):
    torch.manual_seed(5)
    net = RNNModel(kind, len(letters), 16)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    starts = torch.arange(0, len(corpus) - 21, 20)
    X = torch.stack([corpus[s : s + 20] for s in starts.tolist()])
    Y = torch.stack([corpus[s + 1 : s + 21] for s in starts.tolist()])
    for _ in range(15):
        scores, _ = net(X)
        loss = F.cross_entropy(scores.reshape(-1, len(letters)), Y.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
    print(kind.__name__, f"perplexity {torch.exp(loss).item():.3f}")
    state, written = None, "th"
    with torch.no_grad():
        for _ in range(10):
            scores, state = net(torch.tensor([[index[written[-1]]]]), state)
            written += letters[int(scores[0, -1].argmax())]
    print(repr(written))
