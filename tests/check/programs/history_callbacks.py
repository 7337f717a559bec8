import numpy as np
from sklearn.datasets import load_wine
from sklearn.preprocessing import MinMaxScaler


class History:
    def __init__(self):
        self.history = {"loss": [], "accuracy": []}

    def on_epoch_end(self, epoch, **logs):
        for name, value in logs.items():
            self.history[name].append(value)


class Model:
    def __init__(self, units, features, seed=0):
        rng = np.random.default_rng(seed)
        limit = np.sqrt(6 / (units + features))
        self.kernel = rng.uniform(-limit, limit, (features, units))
        self.bias = np.zeros(units)
        self.rng = rng

    def call(self, x):
        z = x @ self.kernel + self.bias
        e = np.exp(z - z.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)

    def train_on_batch(self, x, y, rate):
        p = self.call(x)
        dz = (p - y) / len(x)
        self.kernel -= rate * x.T @ dz
        self.bias -= rate * dz.sum(axis=0)
        return float(-(y * np.log(p + 1e-7)).sum()), int((p.argmax(1) == y.argmax(1)).sum())

    def fit(self, x, y, epochs=1, batch_size=32, rate=0.1, callbacks=()):
        for epoch in range(epochs):
            order, loss, hits = self.rng.permutation(len(x)), 0.0, 0
            for start in range(0, len(x), batch_size):
                rows = order[start:start + batch_size]
                l, h = self.train_on_batch(x[rows], y[rows], rate)
                loss, hits = loss + l, hits + h
            for c in callbacks:
                c.on_epoch_end(epoch, loss=loss / len(x), accuracy=hits / len(x))


wine = load_wine()
x = MinMaxScaler().fit_transform(wine.data)
y = np.eye(3)[wine.target]
history = History()
Model(3, 13).fit(x, y, epochs=40, rate=0.5, callbacks=[history])
print({k: v[-1] for k, v in history.history.items()})
