import numpy as np
from sklearn.datasets import load_digits

np.random.seed(0)
X, labels = load_digits(return_X_y=True)
X = X / 16
T = np.zeros((len(labels), 10))
T[np.arange(len(labels)), labels] = 1

n_hidden = 32
batch_size = 64
alpha = 0.1

W1 = np.random.randn(64, n_hidden) * np.sqrt(2 / 64)
b1 = np.zeros((1, n_hidden))
W2 = np.random.randn(n_hidden, 10) * np.sqrt(2 / n_hidden)
b2 = np.zeros((1, 10))

for epoch in range(30):
    perm = np.random.permutation(len(X))
    for start in range(0, len(X), batch_size):
        idx = perm[start:start + batch_size]
        xb, yb = X[idx], T[idx]

        z1 = xb.dot(W1) + b1
        h = np.maximum(0, z1)
        scores = h.dot(W2) + b2
        exp_scores = np.exp(scores - np.max(scores, axis=1, keepdims=True))
        probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)

        dscores = (probs - yb) / len(xb)
        dW2 = h.T.dot(dscores)
        db2 = dscores.sum(axis=0, keepdims=True)
        dh = dscores.dot(W2.T)
        dW1 = xb.T.dot(dh)
        db1 = dh.sum(axis=0, keepdims=True)

        W1 -= alpha * dW1
        b1 -= alpha * db1
        W2 -= alpha * dW2
        b2 -= alpha * db2
    h = np.maximum(0, X.dot(W1) + b1)
    print("epoch", epoch, "accuracy", np.mean(np.argmax(h.dot(W2) + b2, axis=1) == labels))
