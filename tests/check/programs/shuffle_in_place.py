import numpy as np

np.random.seed(61)
X = np.random.randn(150, 3)
t = (X @ np.array([1.0, -1.0, 2.0]) > 0.5).astype(int)
w = np.zeros(3)
b = 0.0

for epoch in range(25):
    np.random.shuffle(X)
    for s in range(0, len(X), 30):
        x = X[s:s + 30]
        p = 1 / (1 + np.exp(-(x @ w + b)))
        d = (p - t[s:s + 30]) / len(x)
        w = w - 0.5 * x.T @ d
        b = b - 0.5 * d.sum()

p = 1 / (1 + np.exp(-(X @ w + b)))
accuracy = np.mean((p > 0.5) != t)
print("accuracy:", accuracy)
