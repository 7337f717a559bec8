import argparse

import numpy as np
from keras.datasets import mnist


def main():
    parser = argparse.ArgumentParser(description="zero or not zero")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--lr", type=float, default=0.1)
    parser.add_argument("--batch-size", type=int, default=50)
    args = parser.parse_args()

    (x, t), _ = mnist.load_data()
    x = (x[:1200].reshape(-1, 784) / 255).astype("float32")
    y = (t[:1200] == 0).astype("float32")[:, None]
    lr = np.float32(args.lr)

    gen = np.random.default_rng(1)
    w = gen.normal(0, 0.01, (784, 1)).astype("float32")
    b = np.zeros(1, dtype="float32")

    for epoch in range(args.epochs):
        idx = gen.permutation(len(x))
        sq = 0.0
        for s in range(0, len(x), args.batch_size):
            xb, yb = x[idx[s:s + args.batch_size]], y[idx[s:s + args.batch_size]]
            out = 1 / (1 + np.exp(-(xb @ w + b)))
            err = out - yb
            sq += float(np.sum(err ** 2))
            w -= lr * (xb.T @ err) / np.float32(len(xb))
            b -= lr * err.mean(axis=0)
        print(f"epoch {epoch}: mean squared error {sq / len(x):.4f}")


if __name__ == "__main__":
    main()
