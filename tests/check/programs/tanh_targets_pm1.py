import numpy as np

inp = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]], dtype=float)
tgt = np.array([[-1], [1], [1], [-1]], dtype=float)

np.random.seed(9)
w_ih = np.random.uniform(-1, 1, (2, 4))
b_h = np.random.uniform(-1, 1, (1, 4))
w_ho = np.random.uniform(-1, 1, (4, 1))
b_o = np.random.uniform(-1, 1, (1, 1))
eta = 0.1

for epoch in range(4000):
    hid = np.tanh(inp.dot(w_ih) + b_h)
    out = np.tanh(hid.dot(w_ho) + b_o)

    err = tgt - out
    g_out = err * (1 + out) * (1 - out)
    g_hid = g_out.dot(w_ho.T) * (1 + hid) * (1 - hid)

    w_ho = w_ho + eta * hid.T.dot(g_out)
    b_o = b_o + eta * np.ones((1, 4)).dot(g_out)
    w_ih = w_ih + eta * inp.T.dot(g_hid)
    b_h = b_h + eta * np.ones((1, 4)).dot(g_hid)

    if epoch % 500 == 0:
        print("epoch %d: sum of squares %.5f" % (epoch, (err ** 2).sum()))

print(np.sign(out))
