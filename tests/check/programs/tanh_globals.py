import numpy as np

r = np.random.RandomState(40)
points = r.uniform(-1, 1, (40, 2))
goals = np.sign(points[:, 0] * points[:, 1])

def dtanh(v):
    return 1 - np.tanh(v) ** 2

w_in, b_in = r.uniform(-1, 1, (2, 7)), np.zeros(7)
w_out, b_out = r.uniform(-1, 1, (7, 1)), np.zeros(1)

rows = points[:-1]
goal = goals[:-1].reshape(-1, 1)

def epoch(rate):
    global w_in, b_in, w_out, b_out
    s = rows @ w_in + b_in
    h = np.tanh(s)
    u = h @ w_out + b_out
    o = np.tanh(u)
    d_o = (o - goal) * dtanh(u) / len(rows)
    d_h = (d_o @ w_out.T) * dtanh(h)
    w_out = w_out - rate * h.T @ d_o
    b_out = b_out - rate * d_o.sum(0)
    w_in = w_in - rate * rows.T @ d_h
    b_in = b_in - rate * d_h.sum(0)
    return ((o - goal) ** 2).mean() / 2

for n in range(1500):
    c = epoch(0.5)
    if n % 300 == 0:
        print(n, c)
