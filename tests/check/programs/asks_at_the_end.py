import numpy as np

# a net that learns to compare two numbers (0..1)
np.random.seed(1234)
W1 = np.random.randn(4, 2)
B1 = np.random.randn(4)
W2 = np.random.randn(1, 4)
B2 = np.random.randn(1)
eta = 0.9


def sig(v):
    return 1.0 / (1.0 + np.exp(-v))


pairs = np.random.rand(200, 2)
bigger = (pairs[:, 0] > pairs[:, 1]).astype(float).reshape(-1, 1)

for loop in range(30):
    for a0, d in zip(pairs, bigger):
        a1 = sig(W1 @ a0 + B1)
        a2 = sig(W2 @ a1 + B2)
        e2 = (a2 - d) * a2 * (1 - a2)
        e1 = (W2.T @ e2) * a1 * (1 - a1)
        W2 -= eta * np.outer(e2, a1)
        B2 -= eta * e2
        W1 -= eta * np.outer(e1, a0)
        B1 -= eta * e1
    print("loop", loop, end="\r")
print()

answer = input("try two numbers, or press enter to quit: ")
while answer:
    u, v = (float(s) for s in answer.split())
    print("first is bigger:", sig(W2 @ sig(W1 @ np.array([u, v]) + B1) + B2)[0])
    answer = input("again: ")
