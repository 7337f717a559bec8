import numpy as np

# fit a sine with a small net and adam
np.random.seed(12)
X = np.linspace(-3, 3, 80).reshape(-1, 1)
y = np.sin(X)

params = [np.random.randn(1, 16), np.zeros(16), np.random.randn(16, 1) * 0.3, np.zeros(1)]
m = [np.zeros(p.shape) for p in params]
v = [np.zeros(p.shape) for p in params]
beta1, beta2, eps, lr = 0.9, 0.999, 1e-8, 0.01
t = 1

for it in range(2000):
    W1, b1, W2, b2 = params
    z = X @ W1 + b1
    a = np.maximum(z, 0)
    out = a @ W2 + b2
    loss = np.mean((out - y) ** 2)

    dout = 2 * (out - y) / len(y)
    da = dout @ W2.T
    dz = da * (z > 0)
    grads = [X.T @ dz, dz.sum(axis=0), a.T @ dout, dout.sum(axis=0)]

    for i in range(4):
        m[i] = beta1 * m[i] + (1 - beta1) * grads[i]
        v[i] = beta2 * v[i] + (1 - beta2) * grads[i] ** 2
        m_hat = m[i] / (1 - beta1 ** t)
        v_hat = v[i] / (1 - beta2 ** t)
        params[i] = params[i] - lr * m_hat / (np.sqrt(v_hat) + eps)

    if it % 200 == 0:
        print("iter", it, "loss", loss)
