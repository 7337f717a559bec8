import numpy as np
from sklearn.datasets import make_moons

X, labels = make_moons(200, noise=0.2, random_state=16)
N = len(X)
penalty = 0.02


def softmax_rows(S):
    S = np.exp(S - S.max(axis=1, keepdims=True))
    return S / S.sum(axis=1, keepdims=True)


def forward(net):
    H = np.tanh(X @ net['Wh'] + net['bh'])
    return H, softmax_rows(H @ net['Wo'] + net['bo'])


def total_loss(net):
    _, P = forward(net)
    return (-np.log(P[np.arange(N), labels]).sum()
            + penalty / 2 * ((net['Wh'] ** 2).sum() + (net['Wo'] ** 2).sum()))


def make_net(units, rounds, rate):
    r = np.random.RandomState(units)
    net = {'Wh': r.randn(2, units), 'bh': np.zeros(units), 'Wo': r.randn(units, 2) * 0.5, 'bo': np.zeros(2)}
    for k in range(rounds):
        H, P = forward(net)
        # P becomes the derivative by the scores
        P[np.arange(N), labels] -= 1
        back = (P @ net['Wo'].T) * (1 - H ** 2)
        slopes = {
            'Wo': H.T @ P + penalty * net['Wo'], 'bo': P.sum(axis=0),
            'Wh': X.T @ back + penalty * net['Wh'], 'bh': back.sum(axis=0),
        }
        for key in net:
            net[key] = net[key] - rate * slopes[key]
        if k % 400 == 0:
            print(k, "total loss", total_loss(net))
    return net


net = make_net(units=4, rounds=2000, rate=0.01)
print("right:", (forward(net)[1].argmax(axis=1) == labels).sum())
