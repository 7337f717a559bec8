from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
import numpy as np

digits = load_digits()
X, X_test, t, t_test = train_test_split(digits.data / 16.0, digits.target, random_state=0)
K = 10
Y = np.eye(K)[t]

W = np.zeros((64, K))
b = np.zeros(K)
lr = 0.5


def softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


for epoch in range(200):
    P = softmax(X @ W + b)
    loss = -np.mean(np.log(P[np.arange(len(t)), t] + 1e-12))
    G = (P - Y) / len(X)
    W -= lr * X.T @ G
    b -= lr * G.sum(axis=0)
    if epoch % 20 == 0:
        print(f"epoch {epoch:4d}  loss {loss:.4f}")

acc = (softmax(X_test @ W + b).argmax(axis=1) == t_test).mean()
print("test accuracy", acc)
