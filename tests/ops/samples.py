"""Samples of every operation, written so that they run on minidl and on PyTorch alike.

A sample is a line of Python in which ``T`` is the library, ``F`` its nn.functional, and a, b, c, ... the
inputs. An input is described by its shape and, before it, by what may stand in it:

    "3,4"    normal numbers            ">3,4"   positive numbers, 0.5 to 2
    "~3,4"   numbers from -0.9 to 0.9  "#5:3,4" whole numbers from 0 to 4
    "?3,4"   booleans                  "=..."   the list itself
    "0:3,4"  normal numbers with some zeros      "s" alone: a tensor without dimensions

A third entry "corner" says that the line has corners at its inputs: it is compared with PyTorch, but
not with finite differences.
"""

import numpy as np

UNARY = """exp exp2 expm1 sin cos tan tanh sinh cosh atan sigmoid erf square neg abs relu reciprocal""".split()
POSITIVE = "log log2 log10 log1p sqrt rsqrt".split()
STEPS = "sign floor ceil round trunc".split()

SAMPLES = {
    # elementwise
    **{f"T.{name}(a)": ["3,4"] for name in UNARY},
    **{f"T.{name}(a) ": ["s"] for name in UNARY},
    **{f"T.{name}(a)": [">3,4"] for name in POSITIVE},
    **{f"T.{name}(a)": ["3,4"] for name in STEPS},
    "T.asin(a)": ["~3,4"], "T.asinh(a)": ["3,4"], "T.acosh(a + 1)": [">3,4"], "T.atanh(a)": ["~3,4"], "T.frac(a)": ["4"], "T.acos(a)": ["~3,4"], "T.atan2(a, b)": ["3,4", "4"], "T.logaddexp(a, b)": ["3,1", "4"],
    "a + b": ["3,4", "4"], "a - b": ["4,1", "3"], "a * b": ["2,1,3", "4,1"], "a / b": ["3,4", ">4"],
    "a + b ": ["2,3", "s"], "a * b ": ["0", "3,0"],
    "T.add(a, b, alpha=2)": ["3", "3"], "T.sub(a, b, alpha=0.5)": ["3", "3"], "2 - a": ["3"], "2 / a": [">3"],
    "T.div(a, b, rounding_mode='floor')": ["4", ">4"], "T.div(a, b, rounding_mode='trunc')": ["4", ">4"],
    "a.detach() // b.detach()": ["4", ">4"], "a % b": ["4", ">4"],
    "a ** 2": ["3,4"], "a ** 3": ["3"], "a ** 0.5": [">3"], "a ** -1": [">3"], "a ** 0": ["=[0.0, 1.0, -2.0]"],
    "2.0 ** a": ["3"], "a ** b": [">3,4", "4"], "a ** b ": ["=[0.0, 0.0, 2.0, -2.0]", "=[0.0, 2.0, 0.0, 3.0]", "corner"],
    "T.pow(a, 2)": ["=[0.0, -1.5]"],
    "T.clamp(a, -0.5, 0.5)": ["3,4"], "T.clamp(a, min=0.1)": ["3,4"], "T.clamp(a, max=b)": ["3,4", "4"],
    "T.clamp(a, b, c)": ["3,4", "4", "4"], "T.clamp(a, -1, 1)": ["=[-1.0, 1.0, 0.0]", "corner"],
    "T.clamp_min(a, 0.2)": ["5"], "T.clamp_max(a, 0.2)": ["5"],
    "T.maximum(a, b)": ["3,4", "4"], "T.minimum(a, b)": ["3,4", "4"],
    "T.maximum(a, b) ": ["=[1.0, 2.0, 3.0]", "=[1.0, 5.0, 0.0]", "corner"],
    "T.minimum(a, b) ": ["=[1.0, 2.0, 3.0]", "=[1.0, 5.0, 0.0]", "corner"],
    "T.where(a > 0, b, c)": ["3,4", "4", "3,1"], "T.where(a > 0, b, 0.0)": ["3,4", "3,4"],
    "T.lerp(a, b, 0.3)": ["3", "3"], "T.lerp(a, b, c)": ["3", "3", "3"],
    "a.masked_fill(b, 2.0)": ["3,4", "?3,4"],
    "T.abs(a) ": ["=[0.0, -1.0]", "corner"], "T.relu(a) ": ["=[0.0, -1.0, 2.0]", "corner"],
    "a.to(T.float32).to(T.float64) * 0 + a": ["3"], "+a": ["3"],
    **{f"T.{name}(a, b)": ["3,4", "4"] for name in "eq ne lt le gt ge".split()},
    **{f"T.{name}(a, b)": ["?3,4", "?4"] for name in "logical_and logical_or logical_xor bitwise_and bitwise_or bitwise_xor".split()},
    "T.logical_not(a)": ["?4"], "~a": ["?4"],
    **{f"T.{name}(a)": ["=[1.0, float('nan'), float('inf'), -float('inf')]"] for name in "isnan isinf isfinite".split()},
    "T.isclose(a, a + 1e-9)": ["3"],
    # reductions
    "a.sum()": ["3,4"], "a.sum(1)": ["3,4"], "a.sum(dim=(0, 2), keepdim=True)": ["2,3,4"], "a.sum(-1)": ["2,3,4,2,2"],
    "a.sum() ": ["0,3"], "a.sum(0) ": ["0,3"],
    "a.mean()": ["3,4"], "a.mean(0, keepdim=True)": ["3,4"], "a.mean((0, 1))": ["2,3,4"],
    "a.prod()": ["3,2"], "a.prod(1)": ["3,4"], "a.prod() ": ["=[2.0, 0.0, 3.0]"], "a.prod(1) ": ["=[[0.0, 0.0, 2.0], [1.0, 2.0, 0.0]]"],
    "a.max()": ["3,4"], "a.min()": ["3,4"], "a.max() ": ["=[1.0, 3.0, 3.0]", "corner"],
    "a.max(1).values": ["3,4"], "a.min(0).values": ["3,4"], "a.max(0)[1]": ["3,4"], "a.max(1, keepdim=True)[0]": ["3,4"],
    "T.amax(a, 1)": ["3,4"], "T.amin(a, (0, 1))": ["3,4"], "T.amax(a, 0) ": ["=[[1.0, 2.0], [1.0, 0.0]]", "corner"],
    "a.var()": ["3,4"], "a.var(1, unbiased=False)": ["3,4"], "a.var(0, correction=2, keepdim=True)": ["4,3"],
    "a.std()": ["3,4"], "a.std(1)": ["3,4"], "a.std(correction=0)": ["=[2.0, 2.0]", "corner"],
    "T.logsumexp(a, 1)": ["3,4"], "T.count_nonzero(a, 1)": ["0:3,4"], "T.logsumexp(a, (0, 1), keepdim=True)": ["3,4"], "T.logsumexp(a * 1000, 0)": ["3"],
    "T.norm(a)": ["3,4"], "a.norm(dim=1)": ["3,4"], "a.norm(1, dim=0)": ["3,4"], "a.norm(3, dim=1, keepdim=True)": ["3,4"],
    "a.norm(float('inf'))": ["3,4"], "T.norm(a) ": ["=[0.0, 0.0]", "corner"],
    "T.linalg.vector_norm(a, 2, dim=1)": ["3,4"], "T.linalg.vector_norm(a, 1.5)": ["3,4"], "T.linalg.vector_norm(a, 0)": ["0:6"],
    "T.linalg.vector_norm(a, -float('inf'))": ["4"],
    "T.linalg.norm(a)": ["3,4"], "T.linalg.norm(a, 'fro')": ["3,4"], "T.linalg.norm(a, 1)": ["3,4"], "T.linalg.norm(a, -1)": ["3,4"],
    "T.linalg.norm(a, float('inf'))": ["3,4"], "T.linalg.norm(a, -float('inf'))": ["3,4"], "T.linalg.norm(a, 'nuc')": ["3,4"],
    "T.linalg.norm(a, 2)": ["3,4"], "T.linalg.norm(a, -2)": ["3,4"], "T.linalg.norm(a, 'fro', dim=(0, 2))": ["2,3,4"],
    "T.linalg.norm(a, 1, dim=(0, 2), keepdim=True)": ["2,3,4"], "T.linalg.norm(a, 3)": ["4"],
    "a.argmax()": ["3,4"], "a.argmax(1)": ["3,4"], "a.argmin(0, keepdim=True)": ["3,4"],
    "a.any()": ["?3,4"], "a.any(1)": ["?3,4"], "a.all(0)": ["?3,4"],
    "T.cumsum(a, 1)": ["3,4"], "T.cumsum(a, 0)": ["3,4"], "T.cumprod(a, 1)": ["3,4"], "T.cumprod(a, 0)": ["=[2.0, 0.0, 3.0, 0.0, 1.0]"],
    "T.topk(a, 2).values": ["3,4"], "T.topk(a, 2, dim=0, largest=False)[0]": ["3,4"], "T.topk(a, 3)[1]": ["5"],
    "T.sort(a, 1).values": ["3,4"], "T.sort(a, 0, descending=True)[0]": ["3,4"], "T.sort(a, descending=True)[1]": ["5"],
    "T.argsort(a, 0)": ["3,4"], "T.median(a)": ["3,4"], "T.median(a, 1)[0]": ["3,4"], "T.median(a, 1).indices": ["3,5"],
    # shape
    "a.reshape(4, 3)": ["3,4"], "a.reshape(-1)": ["3,4"], "a.view(2, -1)": ["3,4"], "a.flatten(1)": ["2,3,4"], "a.flatten()": ["s"],
    "a.unflatten(1, (2, 2))": ["3,4"], "a.ravel()": ["3,4"],
    "a.permute(2, 0, 1)": ["2,3,4"], "a.transpose(0, 2)": ["2,3,4"], "T.swapaxes(a, 0, 1)": ["2,3"], "T.movedim(a, 0, -1)": ["2,3,4"],
    "T.movedim(a, (0, 1), (2, 0))": ["2,3,4"], "a.T": ["2,3"], "a.mT": ["2,3,4"], "a.t()": ["2,3"],
    "a.squeeze()": ["1,3,1"], "a.squeeze(0)": ["1,3,1"], "a.unsqueeze(-1)": ["3"], "a.unsqueeze(1)": ["2,3"],
    "a.expand(2, 3, 4)": ["3,1"], "a.expand(-1, 4)": ["3,1"], "a.expand_as(b)": ["1,4", "3,4"], "T.broadcast_to(a, (2, 3))": ["3"],
    "a.repeat(2, 3)": ["2,2"], "T.tile(a, (2,))": ["2,2"], "T.repeat_interleave(a, 2, 0)": ["2,3"],
    "T.flip(a, (0, 1))": ["2,3"], "T.roll(a, 1, 0)": ["3,2"], "T.roll(a, (1, 2), (0, 1))": ["3,4"], "T.roll(a, 2)": ["2,3"],
    "T.stack([a, b], 1)": ["2,3", "2,3"], "T.stack([a, b, a], -1)": ["2,3", "2,3"], "T.cat([a, b, a], 1)": ["2,3", "2,1"],
    "T.cat([a, b])": ["2,3", "0,3"], "T.hstack([a, b])": ["3", "2"], "T.vstack([a, b])": ["3", "2,3"],
    "a.split(2, 1)[1]": ["2,5"], "a.split([1, 3], 1)[1]": ["2,4"], "a.chunk(2, 0)[0]": ["3,2"], "a.unbind(1)[2]": ["2,3"],
    "a.clone()": ["2,3"], "a.contiguous()": ["2,3"], "a.T.contiguous()": ["2,3"],
    "T.diag(a)": ["3,3"], "T.diag(a, 1)": ["3"], "T.diagonal(a, -1)": ["3,4"], "T.diagonal(a, 0, 1, 2)": ["2,3,3"],
    "T.tril(a)": ["3,4"], "T.triu(a, 1)": ["2,3,3"], "T.trace(a)": ["3,3"],
    # indexing
    "a[1]": ["3,4"], "a[:, 1:3]": ["3,4"], "a[..., None, -1]": ["2,3,4"], "a[::2]": ["5,2"], "a[[0, 2, 0]]": ["3,4"],
    "a[b]": ["4,2", "#4:5"], "a[:, b]": ["2,4", "#4:2,3"], "a[a > 0]": ["3,4"], "a[[0, 1], [1, 1]]": ["3,4"], "a[b, 1]": ["4,2", "#4:5"],
    "a[None, 1, :, 0]": ["2,3,2"], "T.gather(a, 1, b)": ["3,4", "#4:3,2"], "T.gather(a, 0, b)": ["3,4", "#3:2,4"],
    "T.scatter_add(a, 1, b, c)": ["3,4", "#4:3,2", "3,2"], "T.take_along_dim(a, b, 1)": ["3,4", "#4:3,2"],
    "T.scatter(a, 1, b, c)": ["3,4", "=[[0, 2], [1, 3], [3, 0]]", "3,2"], "T.scatter(a, 1, b, 2.5)": ["3,4", "=[[0], [1], [3]]"],
    "T.index_add(a, 1, b, c)": ["3,4", "#4:5", "3,5"], "T.masked_select(a, a > 0)": ["3,4"], "T.nonzero(a)": ["0:3,4"], "T.select(a, 1, 2)": ["3,4"],
    "T.index_select(a, 1, b)": ["3,4", "#4:5"], "F.one_hot(a, 5)": ["#5:4"],
    # linear algebra
    "a @ b": ["3,4", "4,2"], "a @ b ": ["3,4", "4"], "a @ b  ": ["4", "4,2"], "a @ b   ": ["4", "4"], "T.matmul(a, b)": ["2,3,4", "4,2"],
    "T.matmul(a, b) ": ["2,1,3,4", "5,4,2"], "T.matmul(a, b)  ": ["2,3,4", "4"], "T.matmul(a, b)   ": ["3", "2,3,4"],
    "T.mm(a, b)": ["2,3", "3,2"], "T.bmm(a, b)": ["2,2,3", "2,3,2"], "T.mv(a, b)": ["2,3", "3"], "T.dot(a, b)": ["3", "3"],
    "T.outer(a, b)": ["3", "2"],
    "T.einsum('ij,jk->ik', a, b)": ["2,3", "3,2"], "T.einsum('ii', a)": ["3,3"], "T.einsum('ii->i', a)": ["3,3"],
    "T.einsum('ij->j', a)": ["2,3"], "T.einsum('bij,bjk->bik', a, b)": ["2,2,3", "2,3,2"], "T.einsum('i,j->ij', a, b)": ["2", "3"],
    "T.einsum('...ij,...jk', a, b)": ["2,2,3", "3,2"], "T.einsum('ij,jk,kl->il', a, b, c)": ["2,3", "3,2", "2,2"],
    "T.einsum('ij,ij->', a, b)": ["2,3", "2,3"], "T.einsum('ijk,k->ji', a, b)": ["2,3,2", "2"],
    "T.tensordot(a, b, dims=1)": ["2,3", "3,2"], "T.tensordot(a, b, dims=([0, 1], [1, 0]))": ["2,3,2", "3,2"],
    "T.linalg.inv(a + 3 * T.eye(3, dtype=T.float64))": ["3,3"], "T.linalg.inv(a + 3 * T.eye(3, dtype=T.float64)) ": ["2,3,3"],
    "T.linalg.solve(a + 3 * T.eye(3, dtype=T.float64), b)": ["3,3", "3,2"],
    "T.linalg.solve(a + 3 * T.eye(3, dtype=T.float64), b) ": ["2,3,3", "2,3"],
    "T.linalg.det(a)": ["3,3"], "T.linalg.det(a) ": ["2,3,3"], "T.linalg.slogdet(a)[1]": ["3,3"], "T.linalg.slogdet(a)[0]": ["3,3"],
    "T.linalg.cholesky(a @ a.mT + T.eye(3, dtype=T.float64))": ["3,3"], "T.logdet(a @ a.mT + T.eye(3, dtype=T.float64))": ["3,3"],
    # fused
    "F.linear(a, b, c)": ["3,4", "2,4", "2"], "F.linear(a, b)": ["2,3,4", "2,4"], "F.linear(a, b, c) ": ["4", "2,4", "2"],
    "F.softmax(a, 1)": ["3,4"], "F.softmax(a * 1000, 0)": ["3"], "F.log_softmax(a, 0)": ["3,4"], "F.softmin(a, 1)": ["3,4"],
    "F.layer_norm(a, (4,), b, c)": ["3,4", "4", "4"], "F.layer_norm(a, (3, 4))": ["2,3,4"], "F.rms_norm(a, (4,), b)": ["3,4", "4"],
    "F.batch_norm(a, None, None, b, c, True)": ["4,3,2", "3", "3"], "F.batch_norm(a, b.detach(), c.detach(), None, None, False)": ["4,3", "3", ">3"],
    "F.group_norm(a, 2, b, c)": ["2,4,3", "4", "4"], "F.instance_norm(a)": ["2,3,4,2"],
    "F.scaled_dot_product_attention(a, b, c)": ["2,3,4", "2,5,4", "2,5,2"],
    "F.scaled_dot_product_attention(a, b, c, is_causal=True)": ["2,3,4", "2,3,4", "2,3,4"],
    "F.scaled_dot_product_attention(a, b, c, attn_mask=d)": ["2,3,4", "2,5,4", "2,5,2", "3,5"],
    "F.scaled_dot_product_attention(a, b, c, attn_mask=d > -1)": ["2,3,4", "2,5,4", "2,5,2", "3,5"],
    "F.conv1d(a, b, c)": ["2,3,7", "2,3,3", "2"], "F.conv1d(a, b, stride=2, padding=1)": ["2,2,7", "2,2,3"],
    "F.conv2d(a, b, c)": ["2,3,5,4", "2,3,3,2", "2"], "F.conv2d(a, b, stride=2, padding=1)": ["1,2,6,5", "3,2,3,3"],
    "F.conv2d(a, b, dilation=2, padding=(2, 1))": ["1,2,5,5", "2,2,2,2"], "F.conv2d(a, b, groups=2)": ["2,4,4,4", "4,2,3,3"],
    "F.conv2d(a, b, padding='same')": ["1,2,4,5", "2,2,3,2"], "F.conv2d(a, b)": ["2,4,4", "3,2,2,2"],
    "F.conv_transpose2d(a, b, c)": ["2,3,4,3", "3,2,3,2", "2"],
    "F.conv_transpose2d(a, b, stride=2, padding=1, output_padding=1)": ["1,2,3,4", "2,3,3,3"],
    "F.conv_transpose2d(a, b, groups=2, dilation=2)": ["1,4,3,3", "4,1,2,2"],
    "F.max_pool2d(a, 2)": ["2,2,4,6"], "F.max_pool2d(a, 3, stride=2, padding=1)": ["1,2,6,5"], "F.max_pool2d(a, 2, ceil_mode=True)": ["1,1,5,5"],
    "F.max_pool2d(a, 2, stride=1, dilation=2)": ["1,1,5,5"], "F.max_pool1d(a, 3, 2)": ["2,2,7"],
    "F.max_pool2d(a, 2) ": ["=[[[[1.0, 1.0], [0.0, 1.0]]]]", "corner"],
    "F.avg_pool2d(a, 2)": ["2,2,4,6"], "F.avg_pool2d(a, 3, stride=2, padding=1)": ["1,2,6,5"], "F.avg_pool1d(a, 2)": ["2,2,6"],
    "F.avg_pool2d(a, 3, stride=2, padding=1, count_include_pad=False)": ["1,2,6,5"], "F.avg_pool2d(a, 2, ceil_mode=True)": ["1,1,5,5"],
    "F.adaptive_avg_pool2d(a, (2, 3))": ["2,2,5,6"], "F.adaptive_avg_pool2d(a, 1)": ["2,2,4,4"],
    "F.unfold(a, 2)": ["1,2,3,4"], "F.unfold(a, (2, 3), padding=1, stride=2)": ["2,2,4,5"],
    "F.pad(a, (1, 2))": ["2,3"], "F.pad(a, (1, 0, 0, 2), value=2.0)": ["2,3"], "F.pad(a, (-1, 1))": ["2,4"],
    "F.pad(a, (1, 2, 2, 1), mode='reflect')": ["1,2,3,4"], "F.pad(a, (1, 2), mode='replicate')": ["1,2,3"],
    "F.interpolate(a, scale_factor=2)": ["1,2,3,2"], "F.interpolate(a, size=(5, 3))": ["1,2,3,4"],
    "F.interpolate(a, size=(5, 7), mode='bilinear')": ["1,2,3,4"], "F.interpolate(a, scale_factor=2, mode='bilinear', align_corners=True)": ["1,1,3,4"],
    "F.pixel_shuffle(a, 2)": ["2,8,2,3"], "F.embedding(b, a)": ["5,3", "#5:2,4"], "F.embedding(b, a, padding_idx=1)": ["3,2", "=[0, 1, 1, 2]", "corner"],
    # recurrence
    "recurrent(T, 'lstm', a, (b, c), d, e, f, g)": ["4,2,3", "2,2", "2,2", "8,3", "8,2", "8", "8"],
    "recurrent(T, 'lstm', a, (b, c), d, e)": ["3,2,3", "2,2", "2,2", "8,3", "8,2"],
    "recurrent(T, 'gru', a, (b,), c, d, e, f)": ["4,2,3", "2,2", "6,3", "6,2", "6", "6"],
    "recurrent(T, 'gru', a, (b,), c, d)": ["3,2,3", "2,2", "6,3", "6,2"],
    "recurrent(T, 'tanh', a, (b,), c, d, e, f)": ["4,2,3", "2,2", "2,3", "2,2", "2", "2"],
    "recurrent(T, 'relu', a, (b,), c, d)": ["3,2,3", "2,2", "2,3", "2,2"],
    # activations
    **{f"F.{name}(a)": ["3,4"] for name in "leaky_relu relu6 hardtanh elu selu gelu silu softplus mish softsign logsigmoid".split()},
    "F.gelu(a, approximate='tanh')": ["3,4"], "F.leaky_relu(a, 0.3)": ["5"], "F.elu(a, 2.0)": ["5"], "F.softplus(a * 30, 2.0, 10.0)": ["5"],
    "F.hardtanh(a, -0.5, 0.7)": ["5"], "F.prelu(a, b)": ["2,3,2", "3"], "F.prelu(a, b) ": ["4", "1"], "F.glu(a, 1)": ["2,4"],
    "F.normalize(a)": ["3,4"], "F.normalize(a, 1.0, 0)": ["3,4"], "F.hardtanh(a) ": ["=[-1.0, 1.0, 0.0]", "corner"],
    # losses
    "F.cross_entropy(a, b)": ["4,3", "#3:4"], "F.cross_entropy(a, b, reduction='sum')": ["4,3", "#3:4"],
    "F.cross_entropy(a, b, reduction='none')": ["4,3", "#3:4"], "F.cross_entropy(a, b, weight=c.detach())": ["4,3", "#3:4", ">3"],
    "F.cross_entropy(a, b, ignore_index=1)": ["4,3", "=[0, 1, 2, 1]"], "F.cross_entropy(a, b, label_smoothing=0.1)": ["4,3", "#3:4"],
    "F.cross_entropy(a, b, weight=c.detach(), label_smoothing=0.2, ignore_index=1)": ["4,3", "=[0, 1, 2, 1]", ">3"],
    "F.cross_entropy(a, b, label_smoothing=0.2, reduction='none')": ["4,3", "#3:4"],
    "F.cross_entropy(a, F.softmax(b, 1))": ["4,3", "4,3"], "F.cross_entropy(a, F.softmax(b, 1), weight=c.detach(), label_smoothing=0.1)": ["4,3", "4,3", ">3"],
    "F.cross_entropy(a, b) ": ["2,3,2,2", "#3:2,2,2"], "F.cross_entropy(a, b)  ": ["3", "=1"], "F.cross_entropy(a * 1000, b)": ["4,3", "#3:4"],
    "F.nll_loss(F.log_softmax(a, 1), b)": ["4,3", "#3:4"], "F.nll_loss(a, b, weight=c.detach(), reduction='none')": ["4,3", "#3:4", ">3"],
    "F.cross_entropy(a, F.softmax(b, 0), reduction='none')": ["3", "3"],
    "F.cross_entropy(a, b, label_smoothing=0.2, ignore_index=1)": ["2,3", "=[1, 1]", "corner"],
    "F.binary_cross_entropy(T.sigmoid(a), T.sigmoid(b))": ["3,4", "3,4"], "F.binary_cross_entropy(a, b.detach())": ["=[0.0, 1.0, 0.3]", "=[1.0, 1.0, 0.5]", "corner"],
    "F.binary_cross_entropy_with_logits(a, b)": ["3,4", "3,4"], "F.binary_cross_entropy_with_logits(a, b, pos_weight=c.detach())": ["3,4", "3,4", ">4"],
    "F.binary_cross_entropy_with_logits(a * 500, b)": ["4", "4"],
    "F.mse_loss(a, b)": ["3,4", "3,4"], "F.l1_loss(a, b)": ["3,4", "3,4"], "F.smooth_l1_loss(a, b, beta=0.7)": ["3,4", "3,4"],
    "F.huber_loss(a, b, delta=0.7)": ["3,4", "3,4"], "F.kl_div(F.log_softmax(a, 1), F.softmax(b, 1), reduction='batchmean')": ["3,4", "3,4"],
    "F.kl_div(a, b, log_target=True, reduction='sum')": ["3,4", "3,4"], "F.kl_div(a, b.detach(), reduction='sum')": ["3", "=[0.0, 0.3, 0.7]", "corner"],
    "F.kl_div(a, b, log_target=True, reduction='batchmean')": ["s", "s"],
    "F.cosine_similarity(a, b)": ["3,4", "3,4"], "F.cosine_embedding_loss(a, b, c, margin=0.1)": ["3,4", "3,4", "=[1, -1, -1]"],
    "F.triplet_margin_loss(a, b, c)": ["3,4", "3,4", "3,4"], "F.triplet_margin_loss(a, b, c, p=1.5, swap=True)": ["3,4", "3,4", "3,4"],
    "F.ctc_loss(F.log_softmax(a, 2), b, c, d)": ["6,2,4", "=[[1, 2, 2], [3, 1, 0]]", "=[6, 5]", "=[3, 2]"],
    "F.ctc_loss(F.log_softmax(a, 2), b, c, d, reduction='sum')": ["5,2,3", "=[1, 2, 1]", "=[5, 5]", "=[2, 1]"],
    # second derivatives
    "T.autograd.grad((2 ** a).sum(), a, create_graph=True)[0] ** 2": ["3", "corner"],
    "T.autograd.grad(F.elu(a).sum(), a, create_graph=True)[0] ** 2": ["=[0.0, -1.0, 1.0]", "corner"],
    "T.autograd.grad(T.std(a, 1).sum(), a, create_graph=True)[0] ** 2": ["=[[1.0, 1.0], [1.0, 2.0]]", "corner"],
}  # fmt: skip


def recurrent(T, kind, x, states, *weights):
    """One direction of one recurrent layer: its outputs and last states, in one tensor; with biases if weights has four."""
    weights = (*weights, None, None)[:4]
    if T.__name__ == "torch":
        used = [w for w in weights if w is not None]
        states = [s[None] for s in states]
        run = getattr(T._VF, "rnn_" + kind if kind in ("tanh", "relu") else kind)
        out, *ends = run(x, states if kind == "lstm" else states[0], used, len(used) == 4, 1, 0.0, False, False, False)
        return T.cat([out, ends[1]]) if kind == "lstm" else out
    from minidl.ops import recurrence

    if kind in ("tanh", "relu"):
        return recurrence.rnn(x, *states, *weights, nonlinearity=kind)
    return getattr(recurrence, kind)(x, *states, *weights)


def inputs_of(description, seed=0):
    """The arrays of a sample, by name; "corner" is left out."""
    rng = np.random.default_rng(seed)
    return {"abcdefgh"[i]: _array(text, rng) for i, text in enumerate(t for t in description if t != "corner")}


def _array(text, rng):
    if text[0] == "=":
        return np.array(eval(text[1:], {"float": float}))
    if text == "s":
        return np.array(rng.standard_normal())
    kind, text = (text[0], text[1:]) if text[0] in ">~?#" else ("", text)
    if kind == "#":
        most, text = text.split(":")
    if text.startswith("0:"):
        kind, text = "0", text[2:]
    shape = tuple(int(n) for n in text.split(","))
    if kind == ">":
        return rng.uniform(0.5, 2, shape)
    if kind == "~":
        return rng.uniform(-0.9, 0.9, shape)
    if kind == "?":
        return rng.random(shape) < 0.5
    if kind == "#":
        return rng.integers(0, int(most), shape)
    values = rng.standard_normal(shape)
    return values * (rng.random(shape) < 0.6) if kind == "0" else values


def mix(shape):
    """Weights that turn an output into one number, so that its gradient tells every element."""
    return np.cos(np.arange(int(np.prod(shape)), dtype=float) + 0.5).reshape(shape)
