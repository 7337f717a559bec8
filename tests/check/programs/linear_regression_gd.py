import numpy as np
import matplotlib.pyplot as plt

# points in the exam against hours of study (made up)
rng = np.random.default_rng(7)
hours = rng.uniform(0, 10, 50)
points = 3.2 * hours + 4 + rng.normal(0, 1, 50)

slope, start = 0, 0
rate = 0.001

for rounds in range(1000):
    line = slope * hours + start
    d_slope = -2 * sum(hours * (points - line)) / len(hours)
    slope = slope - rate * d_slope
    line = slope * hours + start
    d_start = -2 * sum(points - line) / len(hours)
    start = start - rate * d_start

print("y = %.2f x + %.2f" % (slope, start))
plt.plot(hours, points, "k.", hours, slope * hours + start, "g")
plt.show()
