import numpy as np
from sklearn.datasets import load_iris

iris = load_iris()
data = iris.data[:100] - iris.data[:100].mean(axis=0)
labels = np.where(iris.target[:100] == 0, -1.0, 1.0)[:, None]

rng = np.random.RandomState(2)
w = rng.uniform(-0.3, 0.3, (4, 1))
bias = np.array([0.1])
learning_rate = 0.05

for n in range(250):
    pred = np.tanh(data @ w + bias)
    diff = pred - labels
    mse = (diff ** 2).mean()
    grad = 2 * diff / len(data)
    w -= learning_rate * (data.T @ grad)
    if n % 25 == 0:
        print(n, mse)

print("accuracy:", np.mean(np.sign(pred) == labels))
