import numpy as np
from sklearn.datasets import load_iris


def softmax(scores):
    e = np.exp(scores)
    return e / np.sum(e)


def cross_entropy(P, Y):
    return -np.sum(Y * np.log(P)) / len(Y)


def main():
    iris = load_iris()
    X = (iris.data - iris.data.mean(axis=0)) / iris.data.std(axis=0)
    Y = np.eye(3)[iris.target]
    W = np.zeros((X.shape[1], 3))
    b = np.zeros((1, 3))
    for i in range(500):
        P = softmax(X.dot(W) + b)
        if i % 100 == 0:
            print("loss", cross_entropy(P, Y))
        dZ = (P - Y) / X.shape[0]
        W -= 0.1 * X.T.dot(dZ)
        b -= 0.1 * dZ.sum(axis=1)[0]
    print("correct:", (P.argmax(1) == iris.target).sum(), "of", len(Y))


main()
