import numpy as np
from sklearn.datasets import load_diabetes

data = load_diabetes()
X = np.c_[np.ones(442), data.data[:, 2] * 10, data.data[:, 8] * 10]
y = data.target / 100.


def compute_cost(X, y, theta):
    predictions = X.dot(theta)
    return np.mean((predictions - y) ** 2) / 2


def gradient_descent(X, y, theta, alpha, iterations):
    m = len(y)
    J_history = []
    for i in range(iterations):
        predictions = X.dot(theta).flatten()
        grad = X.T.dot(predictions - y) / m
        theta = theta - alpha * grad.reshape(-1, 1)
        J = compute_cost(X, y, theta)
        J_history.append(J)
    return theta, J_history


theta, J_history = gradient_descent(X, y, np.zeros((3, 1)), 0.1, 300)
print("cost went from %.3f to %.3f" % (J_history[0], J_history[-1]))
print(theta)
