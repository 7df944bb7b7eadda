"""Functions made of functions, by PyTorch's names (`torch.func`): derivatives, maps over a batch, modules without state.

They are made of the same backward passes as everything else: what is differentiated is an ordinary function of tensors, and
its derivative is one again, so they nest.
"""

from minidl.engine.names import missing as _missing
from minidl.func.gradients import grad, grad_and_value, jvp, linearize, vjp
from minidl.func.jacobians import hessian, jacfwd, jacrev
from minidl.func.mapping import vmap
from minidl.func.modules import functional_call, stack_module_state

__all__ = [
    "functional_call",
    "grad",
    "grad_and_value",
    "hessian",
    "jacfwd",
    "jacrev",
    "jvp",
    "linearize",
    "stack_module_state",
    "vjp",
    "vmap",
]

_REFUSED = {
    "debug_unwrap": "inside grad and vmap tensors are ordinary tensors, with nothing around them",
    "functionalize": "changes in place are differentiated as they are",
    "replace_all_batch_norm_modules_": "vmap runs example after example, so a batch norm may stay; GroupNorm needs no batch",
}


def __getattr__(name):
    raise _missing("module 'minidl.func'", name, __all__, _REFUSED)
