from math import exp
from random import seed, random


def initialize_network(n_inputs, n_hidden, n_outputs):
    # the last weight of a neuron is its bias
    hidden = [{'weights': [random() for i in range(n_inputs + 1)]} for i in range(n_hidden)]
    out = [{'weights': [random() for i in range(n_hidden + 1)]} for i in range(n_outputs)]
    return [hidden, out]


def forward_propagate(network, row):
    inputs = row
    for layer in network:
        new_inputs = []
        for neuron in layer:
            weights = neuron['weights']
            total = weights[-1]
            for i in range(len(weights) - 1):
                total += weights[i] * inputs[i]
            neuron['output'] = 1.0 / (1.0 + exp(-total))
            new_inputs.append(neuron['output'])
        inputs = new_inputs
    return inputs


def backward_propagate_error(network, expected):
    for i in reversed(range(len(network))):
        layer = network[i]
        for j, neuron in enumerate(layer):
            if i == len(network) - 1:
                error = neuron['output'] - expected[j]
            else:
                error = sum(n['weights'][j] * n['delta'] for n in network[i + 1])
            neuron['delta'] = error * neuron['output'] * (1.0 - neuron['output'])


def update_weights(network, row, l_rate):
    for i, layer in enumerate(network):
        inputs = row[:-1] if i == 0 else [n['output'] for n in network[i - 1]]
        for neuron in layer:
            for j, value in enumerate(inputs):
                neuron['weights'][j] -= l_rate * neuron['delta'] * value
            neuron['weights'][-1] -= l_rate * neuron['delta']


def train_network(network, train, l_rate, n_epoch, n_outputs):
    for epoch in range(n_epoch):
        sum_error = 0
        for row in train:
            expected = [0 for i in range(n_outputs)]
            expected[row[-1]] = 1
            outputs = forward_propagate(network, row[:-1])
            sum_error += sum((e - o) ** 2 for e, o in zip(expected, outputs))
            backward_propagate_error(network, expected)
            update_weights(network, row, l_rate)
        print('>epoch=%d, error=%.3f' % (epoch, sum_error))


seed(1)
dataset = [[2.1, 1.9, 0], [1.4, 2.3, 0], [3.2, 4.1, 0], [1.3, 1.8, 0], [3.1, 3.0, 0],
           [7.6, 2.7, 1], [5.3, 2.0, 1], [6.9, 1.7, 1], [8.6, -0.2, 1], [7.7, 3.5, 1]]
network = initialize_network(2, 2, 2)
train_network(network, dataset, 0.5, 40, 2)
