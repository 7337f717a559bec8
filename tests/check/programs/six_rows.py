import numpy as np

X = np.array([[0.1, 0.9], [0.8, 0.2], [0.4, 0.6], [0.9, 0.9], [0.2, 0.1], [0.7, 0.4]])
y = np.array([[0], [1], [0], [1], [0], [1]])

np.random.seed(0)
w = np.random.rand(2, 1)
b = np.random.rand(1)
print("start:", w.T, b)

for i in range(3000):
    out = 1 / (1 + np.exp(-(np.dot(X, w) + b)))
    delta = 2 * (out - y) * out * (1 - out) / len(y)
    w = w - 0.5 * np.dot(X.T, delta)
    b = b - 0.5 * delta

print("end:", w.T)
print(out.round(2).T)
