import numpy as np
X = np.array([[1,0,0,1],[1,0,1,1],[1,1,0,0],[1,1,1,0],[1,0,1,0]])
y = np.array([[1],[0],[0],[1],[1]])
syn0 = np.random.uniform(-1, 1, (4, 6))
syn1 = np.random.uniform(-1, 1, (6, 1))
for t in range(40000):
    h = 1/(1 + np.exp(-X @ syn0))
    o = 1/(1 + np.exp(-h @ syn1))
    o_d = (y - o)*o*(1 - o)
    syn0 += X.T @ (o_d @ syn1.T*h*(1 - h))
    syn1 += h.T @ o_d
