import numpy as np

# multi-output linear regression, rate falls as 1/(1 + decay * epoch)
rs = np.random.RandomState(10)
X = rs.randn(100, 4)
true_W = rs.randn(4, 2)
y = X @ true_W + np.array([0.5, -1.0]) + 0.05 * rs.randn(100, 2)

W = np.zeros((4, 2))
b = np.zeros(2)
lr0 = 0.3
decay = 0.01

for epoch in range(300):
    lr = lr0 / (1 + decay * epoch)
    pred = X @ W + b
    err = pred - y
    W -= lr * (X.T @ err) / len(X)
    b -= lr * err.mean(axis=0)
    if epoch % 50 == 0:
        print(f"{epoch:3d} lr={lr:.4f} mse={np.mean(err**2):.5f}")

print(np.abs(W - true_W).max())
