import numpy as np; np.random.seed(5)
S = lambda z: 1/(1 + np.exp(z))
D = lambda a: a*(1 - a)
X, Y = np.array([[0,0,1],[0,1,1],[1,0,1],[1,1,1]]), np.array([[0],[1],[1],[1]])
w = [np.random.randn(3, 5), np.random.randn(5, 1)]
for i in range(20000):
    h = S(X @ w[0]); o = S(h @ w[1])
    do = (Y - o)*D(o); dh = do @ w[1].T*D(h)
    w[1] += .3*h.T @ do; w[0] += .3*X.T @ dh
print(np.round(o, 2))
