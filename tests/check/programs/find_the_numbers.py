import numpy as np

# y = 2 a - b + 1, can it find the numbers?
table = np.array([[1, 0], [0, 1], [1, 1], [2, 1], [1, 3], [0, 2]])
goals = 2 * table[:, 0] - table[:, 1] + 1

w = np.array([1, 1, 0])      # last one is the bias
for turn in range(400):
    for row, goal in zip(table, goals):
        guess = w[0] * row[0] + w[1] * row[1] + w[2]
        miss = guess - goal
        for i in range(2):
            w[i] -= 0.05 * miss * row[i]
        w[2] -= 0.05 * miss
print(w)
