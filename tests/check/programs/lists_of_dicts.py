import random
from math import exp

random.seed(8)


def unit(n):
    return {'w': [random.uniform(-.5, .5) for _ in range(n)], 'bias': random.uniform(-.5, .5), 'a': 0, 'd': 0}


def run(net, values):
    for layer in net:
        for u in layer:
            s = u['bias']
            for w, v in zip(u['w'], values):
                s += w * v
            u['a'] = 1 / (1 + exp(-s))
        values = [u['a'] for u in layer]
    return values


def blame(net, due):
    """how much every unit is to blame, from the last layer to the first"""
    for u, t in zip(net[-1], due):
        u['d'] = (u['a'] - t) * u['a'] * (1 - u['a'])
    for layer, after in zip(net[-2::-1], net[:0:-1]):
        for j, u in enumerate(layer):
            passed_back = 0
            for v in after:
                passed_back += v['w'][j] * v['d']
            u['d'] = passed_back * u['a'] * (1 - u['a'])


def move(net, features, rate):
    values = features
    for layer in net:
        for u in layer:
            u['w'] = [w - rate * u['d'] * v for w, v in zip(u['w'], values)]
            u['bias'] -= rate * u['d']
        values = [u['a'] for u in layer]


def teach(net, rows, rate, rounds):
    for n in range(rounds):
        total = 0
        for *features, kind in rows:
            due = [int(kind == k) for k in range(2)]
            out = run(net, features)
            total += sum((t - o) ** 2 for t, o in zip(due, out)) / 2
            blame(net, due)
            move(net, features, rate)
        if n % 10 == 0:
            print('round', n, 'error', round(total, 3))


rows = [[2.1, 1.9, 0], [1.4, 2.3, 0], [3.2, 4.1, 0], [1.3, 1.8, 0], [3.1, 3.0, 0],
        [7.6, 2.7, 1], [5.3, 2.0, 1], [6.9, 1.7, 1], [8.6, -0.2, 1], [7.7, 3.5, 1]]
net = [[unit(2), unit(2), unit(2)], [unit(3), unit(3)]]
teach(net, rows, 0.4, 60)
