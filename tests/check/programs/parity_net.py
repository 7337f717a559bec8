import numpy as np

def logistic(t): return 1/(1+np.exp(-t))

def net(P, X):
    W1, b1, W2, b2 = P
    H = logistic(X @ W1)
    return H, logistic(H @ W2 + b2)

def gradient(P, X, Y):
    W1, b1, W2, b2 = P
    H, out = net(P, X)
    d = (out - Y)*out*(1 - out)/len(X)
    e = d @ W2.T*H*(1 - H)
    return X.T @ e, e.sum(0), H.T @ d, d.sum(0)

rng = np.random.default_rng(8)
X = rng.integers(0, 2, (50, 6)).astype(float)
Y = (X.sum(1, keepdims=True) % 2)            # parity
P = [rng.normal(size=(6, 12)), rng.normal(size=12), rng.normal(size=(12, 1)), np.zeros(1)]
for n in range(2000):
    G = gradient(P, X, Y)
    P = [p - 2.0*g for p, g in zip(P, G)]
    if n % 250 == 0: print(n, np.mean((net(P, X)[1] - Y)**2))
