import numpy as np
from torchvision import datasets

train = datasets.MNIST("./data", train=True, download=True)
test = datasets.MNIST("./data", train=False, download=True)

def prepare(part, n):
    images = part.data[:n].numpy().reshape(n, -1).astype("float64") / 255
    return images, (part.targets[:n].numpy() == 7).astype("float64").reshape(n, 1)

x_train, t_train = prepare(train, 900)
x_test, t_test = prepare(test, 250)

rng = np.random.default_rng(77)
w, b = rng.normal(0, 0.02, (784, 1)), np.zeros((1, 1))

for epoch in range(8):
    for k in np.split(rng.permutation(900), 18):
        x, t = x_train[k], t_train[k]
        a = 1 / (1 + np.exp(-(x @ w + b)))
        dz = (a - t) * a * (1 - a) / len(k)
        w -= 0.1 * (x.T @ dz)
        b -= 0.1 * dz.sum(axis=0, keepdims=True)
    a = 1 / (1 + np.exp(-(x_test @ w + b)))
    print(f"epoch {epoch}: {np.mean((a > 0.5) == t_test):.3f} of the test images")
