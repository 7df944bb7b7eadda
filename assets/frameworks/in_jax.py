"""The digit reader in JAX: weights are data, and functions have no memory."""

import jax
import jax.numpy as jnp
from jax import lax
from shared import LEARNING_RATE, MOMENTUM


# The model
def build(start):
    """Weights alone: a model is a function of them."""
    return {name: jnp.asarray(array) for name, array in start.items()}


def forward(weights, images):
    """Convolution, ReLU, pooling, linear layer."""
    x = lax.conv(images, weights["conv.weight"], window_strides=(1, 1), padding="VALID")
    x = jax.nn.relu(x + weights["conv.bias"].reshape(1, -1, 1, 1))
    x = lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
    x = x.reshape(len(images), -1)
    return x @ weights["dense.weight"].T + weights["dense.bias"]


# The training
def mean_loss(weights, images, labels):
    """Cross-entropy, from its definition."""
    logits = forward(weights, images)
    log_probabilities = jax.nn.log_softmax(logits)
    return -log_probabilities[jnp.arange(len(labels)), labels].mean()


@jax.jit
def step(weights, speeds, images, labels):
    """From old weights to new ones: nothing is changed in place."""
    loss, gradients = jax.value_and_grad(mean_loss)(weights, images, labels)
    speeds = jax.tree.map(lambda s, g: MOMENTUM * s + g, speeds, gradients)
    weights = jax.tree.map(lambda w, s: w - LEARNING_RATE * s, weights, speeds)
    return weights, speeds, loss


def train(weights, batches):
    """One step a batch; the new weights, and the loss of each step."""
    speeds, losses = jax.tree.map(jnp.zeros_like, weights), []
    for images, labels in batches:
        weights, speeds, loss = step(weights, speeds, images, labels)
        losses.append(loss.item())
    return weights, losses


# The use
def scores(weights, images):
    """One row of ten scores an image."""
    return forward(weights, images)
