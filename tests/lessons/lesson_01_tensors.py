"""Tensors: making, shaping, indexing and computing."""

import numpy as np
import torch

x = torch.arange(12)
print(x, x.shape, x.numel(), x.dtype)
X = x.reshape(3, 4)
print(X[-1], X[1:3], X[:, ::2])
X[1, 2] = 17
X[:2, :] = 12
print(X, X.T.shape)
print(torch.zeros(2, 3), torch.ones(2, 3), torch.eye(2), torch.full((2, 2), 3.14))
a, b = torch.tensor([1.0, 2, 4, 8]), torch.tensor([2, 2, 2, 2])
print(a + b, a - b, a * b, a / b, a**b)
print(torch.exp(a), a.mean(), a.std(), a.sum(), a.max(), a.argmax())
M = torch.arange(12, dtype=torch.float32).reshape((3, 4))
N = torch.tensor([[2.0, 1, 4, 3], [1, 2, 3, 4], [4, 3, 2, 1]])
print(torch.cat((M, N), dim=0).shape, torch.cat((M, N), dim=1))
print(M == N, (M > 5).sum(), torch.where(M > 5, M, torch.zeros_like(M)))
print(M.sum(axis=0), M.sum(dim=1, keepdim=True), M.mean(dim=0), M.cumsum(dim=0))
u, v = torch.arange(3).reshape(3, 1), torch.arange(2).reshape(1, 2)
print(u + v, (u + v).size(), u.view(-1).tolist())
before = id(N)
N += M
print(id(N) == before, N[0])
print(torch.mm(M, N.T), torch.mv(M, a), torch.dot(a, a), torch.norm(a))
A = M.numpy()
print(type(A).__name__, torch.from_numpy(np.ones(2)), torch.tensor([3.5]).item(), float(a[0]), int(a[1]))
torch.manual_seed(7)
print(torch.rand(2, 2), torch.randn(3), torch.randint(0, 10, (4,)), torch.randperm(5))
print(M.unsqueeze(0).shape, M[None].squeeze().shape, M.permute(1, 0).shape, torch.stack([a, a]).shape, M.flatten().shape)
values, indices = torch.sort(torch.tensor([3, 1, 2]), descending=True)
print(values, indices, torch.topk(a, 2).values, torch.unique(torch.tensor([1, 1, 2])))
print(torch.einsum("ij,kj->ik", M, M), M.clamp(2, 7), torch.linspace(0, 1, 5), M.float().dtype, M.long().dtype, M.bool()[0])
