import numpy as np
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split


class Softmax:
    def __init__(self, n_in, n_out):
        self.W = np.zeros((n_in, n_out))
        self.b = np.zeros(n_out)

    def __call__(self, x):
        z = x @ self.W + self.b
        z -= z.max(axis=1, keepdims=True)
        e = np.exp(z)
        return e / e.sum(axis=1, keepdims=True)

    def nll(self, x, t):
        return -np.log(self(x)[np.arange(len(t)), t]).mean()

    def step(self, x, t, lr):
        g = self(x)
        g[np.arange(len(t)), t] -= 1
        g /= len(t)
        self.W -= lr * x.T @ g
        self.b -= lr * g.sum(axis=0)


X, t = load_wine(return_X_y=True)
x_train, x_val, t_train, t_val = train_test_split(X, t, test_size=0.3, random_state=4)
mu, sigma = x_train.mean(0), x_train.std(0)
x_train, x_val = (x_train - mu) / sigma, (x_val - mu) / sigma

model = Softmax(13, 3)
best, best_loss, waited = None, np.inf, 0
rng = np.random.default_rng(9)

for epoch in range(200):
    order = rng.permutation(len(x_train))
    for i in range(0, len(order), 31):
        xb, tb = x_train[order[i:i + 31]], t_train[order[i:i + 31]]
        model.step(xb, tb, 0.05)
    val = model.nll(x_val, t_val)
    if val < best_loss:
        best, best_loss, waited = (model.W, model.b), val, 0
    else:
        waited += 1
        if waited == 5:
            break

model.W, model.b = best
print("stopped after", epoch + 1, "epochs, validation loss", model.nll(x_val, t_val))
