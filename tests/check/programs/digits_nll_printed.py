import numpy as np
from sklearn.datasets import load_digits

X, t = load_digits(return_X_y=True)
X /= X.max()
rs = np.random.RandomState(50)
W, b = rs.randn(64, 10) * 0.01, np.zeros(10)

for epoch in range(20):
    for chunk in np.array_split(rs.permutation(len(X)), 30):
        xb, tb = X[chunk], t[chunk]
        S = xb @ W + b
        E = np.exp(S - S.max(1, keepdims=True))
        P = E / E.sum(1, keepdims=True)
        loss = -np.log(P.max(axis=1)).mean()
        G = P.copy()
        G[np.arange(len(tb)), tb] -= 1
        G /= len(tb)
        W -= 0.4 * xb.T @ G
        b -= 0.4 * G.sum(0)
    print(f"epoch {epoch + 1} last batch loss {loss:.3f}")
