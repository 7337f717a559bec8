import numpy as np
import matplotlib.pyplot as plt

rng = np.random.default_rng(77)
x = np.sort(rng.uniform(-3, 3, 40))
t_raw = 0.5 * x ** 3 - x + rng.normal(0, 0.8, 40)

# columns 1, x, x^2, x^3, each scaled; the target is scaled too
A = np.vander(x, 4, increasing=True)
scale = np.abs(A).max(axis=0)
A = A / scale
t_mean, t_std = t_raw.mean(), t_raw.std()
t = (t_raw - t_mean) / t_std

coef = np.zeros(4)
for k in range(5000):
    residual = A @ coef - t
    J = residual @ residual / (2 * len(t))
    coef -= 0.5 * (A.T @ residual) / len(t)
    if k % 1000 == 0:
        print(f"J({k}) = {J:.6f}")

grid = np.linspace(-3, 3, 200)
curve = (np.vander(grid, 4, increasing=True) / scale) @ coef * t_std + t_mean
plt.plot(x, t_raw, "o", grid, curve, "-")
plt.show()
