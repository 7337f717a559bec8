import numpy as np
from tensorflow import keras

(x_train, t_train), (x_test, t_test) = keras.datasets.mnist.load_data()
x_train, t_train = x_train[:1100].reshape(-1, 784) / 255., t_train[:1100]
x_test, t_test = x_test[:250].reshape(-1, 784) / 255., t_test[:250]

W = np.zeros((784, 10))
b = np.zeros(10)


def softmax(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def accuracy(x, t):
    return np.sum(softmax(x @ W + b).argmax(axis=1) == t) / len(x_train)


batch = 200
for epoch in range(5):
    perm = np.random.permutation(len(x_train))
    done = 0
    for i in range(len(x_train) // batch):
        sel = perm[i * batch:(i + 1) * batch]
        xb, tb = x_train[sel], t_train[sel]
        p = softmax(xb @ W + b)
        p[range(len(tb)), tb] -= 1
        W -= 0.1 * xb.T @ p / len(tb)
        b -= 0.1 * p.mean(axis=0)
        done += len(tb)
    acc = accuracy(x_test, t_test)
    print("epoch", epoch, "accuracy", acc)
