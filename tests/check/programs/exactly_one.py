import numpy as np
np.random.seed(29)

questions = np.array([[0,0,0],[0,0,1],[0,1,0],[0,1,1],[1,0,0],[1,0,1],[1,1,0],[1,1,1]])
answers = (questions.sum(axis=1, keepdims=True) == 1).astype(int)      # exactly one

w1 = np.random.normal(scale=0.8, size=(3, 6)); k1 = np.zeros((1, 6))
w2 = np.random.normal(scale=0.8, size=(6, 1)); k2 = np.zeros((1, 1))
lr = 0.7

def s(x): return 1/(1+np.exp(-x))

for n in range(10000):
    a = s(questions @ w1 + k1)
    b = s(a @ w2 + k2)
    e = answers - b
    db = lr * e * b * (1-b)
    da = lr * (db @ w2.T) * a * (1-a)
    w2 += a.T @ db
    k2 += db.sum(axis=0)
    w1 += questions.T @ da
    k1 += da.sum(axis=0)
    if n % 2000 == 0: print(n, (e**2).sum())
