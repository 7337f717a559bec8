import numpy as np
from sklearn.datasets import load_breast_cancer

data = load_breast_cancer()
m_train = 400
train_x = data.data[:m_train].T
train_y = data.target[:m_train].reshape(1, -1)
test_x = data.data[m_train:].T
test_y = data.target[m_train:].reshape(1, -1)

mu = train_x.mean(axis=1, keepdims=True)
sd = train_x.std(axis=1, keepdims=True)
train_x = (train_x - mu) / sd
test_x = (test_x - mu) / sd


def sigmoid(z):
    s = 1 / (1 + np.exp(-z))
    return s


def initialize_with_zeros(dim):
    w = np.zeros((dim, 1))
    b = 0.0
    return w, b


def propagate(w, b, X, Y):
    m = X.shape[1]
    A = sigmoid(np.dot(w.T, X) + b)
    cost = -(1 / m) * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    dw = (1 / m) * np.dot(X, (A - Y).T)
    db = np.sum(A - Y)
    cost = np.squeeze(np.array(cost))
    grads = {"dw": dw, "db": db}
    return grads, cost


def optimize(w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False):
    costs = []
    for i in range(num_iterations):
        grads, cost = propagate(w, b, X, Y)
        dw = grads["dw"]
        db = grads["db"]
        w = w - learning_rate * dw
        b = b - learning_rate * db
        if i % 100 == 0:
            costs.append(cost)
            if print_cost:
                print("Cost after iteration %i: %f" % (i, cost))
    params = {"w": w, "b": b}
    return params, costs


def predict(w, b, X):
    A = sigmoid(np.dot(w.T, X) + b)
    return (A > 0.5).astype(int)


w, b = initialize_with_zeros(train_x.shape[0])
params, costs = optimize(w, b, train_x, train_y, num_iterations=500, learning_rate=0.05, print_cost=True)
p = predict(params["w"], params["b"], test_x)
print("test accuracy: {} %".format(100 - np.mean(np.abs(p - test_y)) * 100))
