from math import exp

# sum of the inputs times weights, minus the threshold theta
cases = [((0, 0, 0), 0), ((0, 0, 1), 0), ((0, 1, 1), 1), ((1, 0, 1), 1), ((1, 1, 0), 1), ((1, 1, 1), 1), ((1, 0, 0), 0)]
w = [0.3, -0.2, 0.1]
theta = 0.4
alpha = 0.6


def fire(row):
    return 1 / (1 + exp(-(sum(a * b for a, b in zip(w, row)) - theta)))


for cycle in range(800):
    worst = 0
    for row, want in cases:
        got = fire(row)
        e = want - got
        worst = max(worst, abs(e))
        d = e * got * (1 - got)
        w = [v + alpha * d * r for v, r in zip(w, row)]
        theta -= alpha * d
    if cycle % 100 == 0:
        print("cycle %d, largest error %.3f" % (cycle, worst))
print("w =", [round(v, 2) for v in w], "theta =", round(theta, 2))
