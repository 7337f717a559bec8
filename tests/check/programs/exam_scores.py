import numpy as np

# hours of study, hours of sleep -> passed?
X = np.array([[2.0, 7], [8, 6], [1, 9], [5, 8], [7, 7], [3, 4], [9, 8], [4, 4]])
y = np.array([0, 1, 0, 1, 1, 0, 1, 0])
X = X / 10

w = np.zeros((2, 1))
b = np.zeros(1)
alpha = 0.5

for i in range(2000):
    a = 1 / (1 + np.exp(-(X @ w + b)))
    error = a - y
    dw = np.sum(X.T @ error, axis=1, keepdims=True) / len(y)
    db = error.sum() / len(y)
    w = w - alpha * dw
    b = b - alpha * db

print("w =", w.ravel(), "b =", b)
print((a > 0.5).ravel().astype(int))
