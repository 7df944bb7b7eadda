"""The digit reader in Keras 3, on whichever backend it finds."""

import keras
import numpy as np
from shared import BATCH, LEARNING_RATE, MOMENTUM


# The model
def build(start):
    """Convolution, ReLU, pooling, linear layer."""
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(8, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(10),
        ]
    )
    kernel = start["conv.weight"].transpose(2, 3, 1, 0)
    dense = start["dense.weight"].reshape(10, 8, 13, 13).transpose(2, 3, 1, 0)
    dense = dense.reshape(-1, 10)
    model.set_weights([kernel, start["conv.bias"], dense, start["dense.bias"]])
    return model


# The training
def train(model, batches):
    """One step a batch; what Keras prints after each."""
    model.compile(
        optimizer=keras.optimizers.SGD(LEARNING_RATE, momentum=MOMENTUM),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    images = np.concatenate([images for images, _ in batches]).transpose(0, 2, 3, 1)
    labels = np.concatenate([labels for _, labels in batches])
    printed = []
    keep = lambda batch, logs: printed.append(logs["loss"])
    model.fit(
        images,
        labels,
        batch_size=BATCH,
        shuffle=False,
        verbose=0,
        callbacks=[keras.callbacks.LambdaCallback(on_train_batch_end=keep)],
    )
    return printed


# The use
def scores(model, images):
    """One row of ten scores an image."""
    return model.predict(images.transpose(0, 2, 3, 1), verbose=0)
