import numpy as np
import matplotlib.pyplot as plt

# made-up measurements
rng = np.random.default_rng(7)
x = rng.uniform(0, 10, 50)
y = 3.2 * x + 4 + rng.normal(0, 1, 50)

m = 0
c = 0
L = 0.001
epochs = 1000
n = float(len(x))

for i in range(epochs):
    y_pred = m * x + c
    D_m = (-2 / n) * sum(x * (y - y_pred))
    m = m - L * D_m
    y_pred = m * x + c
    D_c = (-2 / n) * sum(y - y_pred)
    c = c - L * D_c

print(m, c)
plt.scatter(x, y)
plt.plot([min(x), max(x)], [m * min(x) + c, m * max(x) + c], color="red")
plt.show()
