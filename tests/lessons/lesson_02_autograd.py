"""Automatic differentiation, by hand and by machine."""

import torch

x = torch.arange(4.0, requires_grad=True)
print(x.grad)
y = 2 * torch.dot(x, x)
y.backward()
print(y, x.grad, x.grad == 4 * x)
x.grad.zero_()
x.sum().backward()
print(x.grad)
x.grad = None
y = x * x
y.backward(gradient=torch.ones(len(y)))
print(x.grad)
x.grad.zero_()
u = (x * x).detach()
(u * x).sum().backward()
print(x.grad == u, u.requires_grad, y.is_leaf, x.is_leaf)


def f(a):
    b = a * 2
    while b.norm() < 1000:
        b = b * 2
    return b if b.sum() > 0 else 100 * b


torch.manual_seed(0)
a = torch.randn(size=(), requires_grad=True)
d = f(a)
d.backward()
print(a.grad == d / a)

with torch.no_grad():
    print((x * 2).requires_grad)
w = torch.tensor(2.0, requires_grad=True)
(g,) = torch.autograd.grad(w**3, w, create_graph=True)
(h,) = torch.autograd.grad(g, w)
print(g, h)
p = torch.tensor([1.0, 2.0], requires_grad=True)
p.register_hook(lambda grad: grad * 10)
(p**2).sum().backward()
print(p.grad)


class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, t):
        ctx.save_for_backward(t)
        return t**3

    @staticmethod
    def backward(ctx, grad_output):
        (t,) = ctx.saved_tensors
        return grad_output * 3 * t**2


t = torch.tensor([1.0, -2.0], requires_grad=True)
Cube.apply(t).sum().backward()
print(t.grad)
try:
    x.numpy()
except RuntimeError as error:
    print(isinstance(error, RuntimeError))
