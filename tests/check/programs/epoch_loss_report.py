import logging

import numpy as np
from sklearn.datasets import load_breast_cancer

logging.basicConfig(level=logging.INFO)
log = logging.getLogger(__name__)


def load():
    x, y = load_breast_cancer(return_X_y=True)
    x = (x - x.min(0)) / (x.max(0) - x.min(0))
    return x, y.reshape(-1, 1).astype(float)


def loss_and_gradient(model, bx, by):
    p = 1 / (1 + np.exp(-(bx @ model["w"] + model["b"])))
    loss = -np.mean(by * np.log(p) + (1 - by) * np.log(1 - p))
    dz = (p - by) / len(bx)
    return loss, {"w": bx.T @ dz, "b": dz.sum(axis=0)}


def train(x, y, epochs=20, size=64, rate=0.1):
    rng = np.random.default_rng(1)
    model = {"w": np.zeros((x.shape[1], 1)), "b": np.zeros(1)}
    for epoch in range(epochs):
        order = rng.permutation(len(x))
        epoch_loss = 0.0
        for s in range(0, len(x), size):
            bx, by = x[order[s:s + size]], y[order[s:s + size]]
            loss, grad = loss_and_gradient(model, bx, by)
            epoch_loss += loss
            for name in model:
                model[name] = model[name] - rate * grad[name]
        epoch_loss /= len(x)
        log.info("epoch %d: loss %.4f", epoch, epoch_loss)
    return model


x, y = load()
model = train(x, y)
