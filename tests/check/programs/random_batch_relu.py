import numpy as np

# random data, D_in -> H -> D_out, like in the tutorials
N, D_in, H, D_out = 64, 10, 20, 3
rng = np.random.RandomState(77)
x = rng.randn(N, D_in)
y = rng.randn(N, D_out)
w1 = rng.randn(D_in, H) * 0.3
b1 = np.zeros(H)
w2 = rng.randn(H, D_out) * 0.3
b2 = np.zeros(D_out)
learning_rate = 1e-2

for t in range(500):
    h = x.dot(w1) + b1
    h_relu = np.maximum(h, 0)
    y_pred = h_relu.dot(w2) + b2

    loss = np.square(y_pred - y).sum() / N
    if t % 50 == 0:
        print(t, loss)

    grad_y_pred = 2.0 * (y_pred - y) / N
    grad_w2 = h.T.dot(grad_y_pred)
    grad_b2 = grad_y_pred.sum(axis=0)
    grad_h = grad_y_pred.dot(w2.T)
    grad_h[h > 0] = 0
    grad_w1 = x.T.dot(grad_h)
    grad_b1 = grad_h.sum(axis=0)

    w1 -= learning_rate * grad_w1
    b1 -= learning_rate * grad_b1
    w2 -= learning_rate * grad_w2
    b2 -= learning_rate * grad_b2
