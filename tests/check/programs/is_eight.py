import numpy as np
from sklearn.datasets import load_digits


def get_data():
    d = load_digits()
    pixels = d.data.astype(int) // 16        # 0..16 -> 0..1
    is_eight = (d.target == 8).astype(float)[:, None]
    return pixels, is_eight


def iterate(pixels, targets, size):
    for s in range(0, len(pixels), size):
        yield pixels[s:s + size], targets[s:s + size]


def run(epochs=10, rate=0.5):
    pixels, targets = get_data()
    w, b = np.zeros((64, 1)), np.zeros(1)
    for epoch in range(epochs):
        hits = 0
        for x, t in iterate(pixels, targets, 60):
            a = 1 / (1 + np.exp(-(x @ w + b)))
            hits += ((a > 0.5) == t).sum()
            dz = (a - t) / len(x)
            w -= rate * x.T @ dz
            b -= rate * dz.sum(axis=0)
        print("epoch", epoch, "hits", hits / len(pixels))


if __name__ == "__main__":
    run()
