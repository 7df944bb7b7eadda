"""The digit reader in TensorFlow, without Keras: variables, a tape, a step by hand."""

import tensorflow as tf
from shared import LEARNING_RATE, MOMENTUM


# The model
class Reader(tf.Module):
    """Convolution, ReLU, pooling, linear layer."""

    def __init__(self, start):
        super().__init__()
        self.kernel = tf.Variable(start["conv.weight"].transpose(2, 3, 1, 0))
        self.kernel_bias = tf.Variable(start["conv.bias"])
        dense = start["dense.weight"].reshape(10, 8, 13, 13).transpose(2, 3, 1, 0)
        self.dense = tf.Variable(dense.reshape(-1, 10))
        self.dense_bias = tf.Variable(start["dense.bias"])

    def __call__(self, images):
        """Compute the scores."""
        x = tf.nn.conv2d(images, self.kernel, strides=1, padding="VALID")
        x = tf.nn.relu(x + self.kernel_bias)
        x = tf.nn.max_pool2d(x, 2, strides=2, padding="VALID")
        return tf.reshape(x, (len(images), -1)) @ self.dense + self.dense_bias


build = Reader


# The training
def train(model, batches):
    """One step a batch; the loss of each."""
    weights = model.trainable_variables
    speeds = [tf.Variable(tf.zeros_like(weight)) for weight in weights]

    @tf.function
    def step(images, labels):
        with tf.GradientTape() as tape:
            logits = model(images)
            each = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
            loss = tf.reduce_mean(each)
        gradients = tape.gradient(loss, weights)
        for speed, gradient in zip(speeds, gradients, strict=True):
            speed.assign(MOMENTUM * speed + gradient)
        for weight, speed in zip(weights, speeds, strict=True):
            weight.assign_sub(LEARNING_RATE * speed)
        return loss

    turned = [(images.transpose(0, 2, 3, 1), labels) for images, labels in batches]
    return [float(step(tf.constant(x), tf.constant(y))) for x, y in turned]


# The use
def scores(model, images):
    """One row of ten scores an image."""
    return model(images.transpose(0, 2, 3, 1)).numpy()
