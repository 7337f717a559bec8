import numpy as np
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split


class Net:
    def __init__(self, n_in, n_hid, n_out):
        rs = np.random.RandomState(31)
        self.W1 = rs.uniform(-1, 1, (n_in, n_hid))
        self.b1 = rs.uniform(-1, 1, n_hid)
        self.W2 = rs.uniform(-1, 1, (n_hid, n_out))
        self.b2 = rs.uniform(-1, 1, n_out)

    @staticmethod
    def s(z):
        return 1 / (1 + np.exp(-z))

    def forward(self, X):
        self.a1 = self.s(X @ self.W1 + self.b1)
        self.a2 = self.s(self.a1 @ self.W2 + self.b2)

    def fit(self, X, Y, eta=1.0, epochs=400):
        for _ in range(epochs):
            self.forward(X)
            d2 = (self.a2 - Y) * self.a2 * (1 - self.a2) / len(X)
            d1 = (self.a2 - Y) @ self.W2.T * self.a1 * (1 - self.a1) / len(X)
            self.W2 -= eta * self.a1.T @ d2
            self.b2 -= eta * d2.sum(axis=0)
            self.W1 -= eta * X.T @ d1
            self.b1 -= eta * d1.sum(axis=0)

    def predict(self, X):
        self.forward(X)
        return self.a2.argmax(axis=1)


X, y = load_iris(return_X_y=True)
X = X / X.max(axis=0)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.4, random_state=1)
net = Net(4, 5, 3)
net.fit(X_train, np.eye(3)[y_train])
test_accuracy = (net.predict(X_train) == y_train).mean()
print("accuracy on unseen flowers:", test_accuracy)
