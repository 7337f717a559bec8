import numpy as np
from sklearn.datasets import load_digits


class Linear:
    """y = x W^T + b, like the big library stores it"""

    def __init__(self, fan_in, fan_out):
        bound = 1 / np.sqrt(fan_in)
        self.weight = np.random.uniform(-bound, bound, (fan_out, fan_in))
        self.bias = np.random.uniform(-bound, bound, fan_out)

    def __call__(self, x):
        self.cache = x
        return x @ self.weight.T + self.bias

    def backward(self, dy):
        self.dweight = dy.T @ self.cache
        self.dbias = dy.sum(axis=0)
        return dy @ self.weight


np.random.seed(3)
data = load_digits()
X, t = data.data[:500] / 16, data.target[:500]
fc1, fc2 = Linear(64, 40), Linear(40, 10)

for epoch in range(100):
    pre = fc1(X)
    hidden = pre.clip(min=0)
    logits = fc2(hidden)
    logits = logits - logits.max(axis=1, keepdims=True)
    logp = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    loss = -logp[np.arange(500), t].mean()

    dlogits = np.exp(logp)
    dlogits[np.arange(500), t] -= 1
    dlogits /= 500
    dhidden = fc2.backward(dlogits)
    fc1.backward(dhidden * (pre > 0))
    for layer in (fc1, fc2):
        layer.weight -= 0.5 * layer.dweight
        layer.bias -= 0.5 * layer.dbias
    if epoch % 10 == 0:
        print(epoch, loss, (logits.argmax(1) == t).mean())
