import numpy as np

np.random.seed(19)
x = np.random.rand(125, 2) * 4
y = 1.5 * x[:, [0]] - 2.0 * x[:, [1]] + 0.7 + 0.1 * np.random.randn(125, 1)

# keep inputs and target side by side so that one shuffle moves both
data = np.column_stack((x, y))
W = np.zeros((2, 1))
b = np.zeros((1,))
size = 16

for epoch in range(60):
    np.random.shuffle(data)
    rows = 0
    cost = 0
    while rows < len(data):
        chunk = data[rows:rows + size]
        Xb, yb = chunk[:, :-1], chunk[:, -1:]
        out = Xb @ W + b
        diff = out - yb
        cost += 0.5 * float((diff ** 2).sum())
        W -= 0.02 * (Xb.T @ diff) / len(chunk)
        b -= 0.02 * diff.mean(axis=0)
        rows += len(chunk)
    if epoch % 10 == 0:
        print("epoch %d cost %.4f" % (epoch, cost / len(data)))
print(W.ravel(), b)
