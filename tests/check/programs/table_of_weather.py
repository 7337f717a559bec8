import numpy as np

# temperature tomorrow from temperature, pressure, humidity today
raw = np.genfromtxt("weather.csv", delimiter=",", skip_header=1)
features, target = raw[:, :3], raw[:, 3:]
features = (features - features.mean(axis=0)) / features.std(axis=0)

# the last ten days are kept for the test, all others are for training
train_n = len(raw) - 10
X, y = features[1:train_n], target[1:train_n]
w = np.zeros((3, 1))
b = np.zeros((1, 1))

for i in range(500):
    guess = X @ w + b
    gap = guess - y
    loss = (gap ** 2).mean()
    w = w - 0.1 * 2 * X.T @ gap / len(X)
    b = b - 0.1 * 2 * gap.sum()

print("loss", loss)
hold = features[train_n:] @ w + b
print("held-out error", np.abs(hold - target[train_n:]).mean())
