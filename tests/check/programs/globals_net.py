import numpy as np

IN = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
OUT = np.array([[0, 0], [0, 1], [0, 1], [1, 0]])   # carry, sum
np.random.seed(17)
w1 = np.random.randn(2, 4)
w2 = np.random.randn(4, 4)
w3 = np.random.randn(4, 2)
bias1 = np.zeros(4)
bias2 = np.zeros(4)
bias3 = np.zeros(2)
RATE = 0.5

def act(v):
    return 1 / (1 + np.exp(-v))

def forward():
    global l1, l2, l3
    l1 = act(np.dot(IN, w1) + bias1)
    l2 = act(np.dot(l1, w2) + bias2)
    l3 = act(np.dot(l2, w3) + bias3)

def backward():
    global w1, w2, w3, bias1, bias2, bias3
    d3 = (OUT - l3) * l3 * (1 - l3)
    d2 = np.dot(d3, w3.T) * l2 * (1 - l2)
    d1 = np.dot(d2, w2) * l1 * (1 - l1)
    w3 += RATE * np.dot(l2.T, d3)
    w2 += RATE * np.dot(l1.T, d2)
    w1 += RATE * np.dot(IN.T, d1)
    bias3 += RATE * d3.sum(0)
    bias2 += RATE * d2.sum(0)
    bias1 += RATE * d3.sum()

for i in range(30000):
    forward()
    backward()
    if i % 5000 == 0:
        print('cost', ((OUT - l3) ** 2).sum())
print(l3.round())
