import numpy as np

def addones(A):
    return np.concatenate([A, np.ones((A.shape[0], 1))], axis=1)

f = lambda x: 1 / (1 + np.exp(-x))

np.random.seed(23)
X = addones(np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float))
Y = np.array([[0], [1], [1], [0]], float)
V = np.random.normal(0, 1, (3, 4))
W = np.random.normal(0, 1, (5, 1))
rho = 0.8

for t in range(8000):
    H = addones(f(X @ V))
    O = f(H @ W)
    E = Y - O
    if t % 1000 == 0:
        print(t, (E ** 2).sum())
    S2 = E * O * (1 - O)
    S1 = (S2 @ W.T * H * (1 - H))[:, :-1]
    W += rho * H.T @ S2
    V += rho * X.T @ S1
