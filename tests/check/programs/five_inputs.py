import numpy as np
import matplotlib.pyplot as plt

rs = np.random.RandomState(25)
x = rs.rand(80, 5)
t = (x[:, 0] + x[:, 3] > 1).astype(float)
w = rs.randn(5)
b = rs.randn()
rate = 2.0
curve = []

for n in range(600):
    z = np.mean(x * w, axis=1) + b
    a = 1 / (1 + np.exp(-z))
    curve.append(np.mean((a - t) ** 2))
    g = (a - t) * a * (1 + a)
    w = w - rate * (g[:, None] * x).mean(axis=0)
    b = b - rate * g.mean()

plt.plot(curve)
plt.ylabel("mse")
plt.show()
print(w, b, curve[-1])
