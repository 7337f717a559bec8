# Linear regression with stochastic gradient descent, rooms and size -> price

table = """rooms size price
2 0.54 1.31
3 0.71 1.79
3 0.80 1.95
4 0.95 2.37
1 0.33 0.82
5 1.20 2.98
2 0.60 1.44
4 1.02 2.51"""

dataset = [[float(v) for v in line.split()] for line in table.splitlines()[1:-1]]


def predict(row, coef):
    yhat = coef[0]
    for i in range(len(row) - 1):
        yhat += coef[i + 1] * row[i]
    return yhat


def coefficients_sgd(train, l_rate, n_epoch):
    global coef
    coef = [0.0 for i in range(len(train[0]))]
    for epoch in range(n_epoch):
        sum_error = 0
        for row in train:
            yhat = predict(row, coef)
            error = yhat - row[-1]
            sum_error += error ** 2
            coef[0] = coef[0] - l_rate * error
            for i in range(len(row) - 1):
                coef[i + 1] = coef[i + 1] - l_rate * error * row[i]
        if epoch % 20 == 0:
            print('>epoch=%d, lrate=%.3f, error=%.3f' % (epoch, l_rate, sum_error))
    return coef


coef = coefficients_sgd(dataset, 0.01, 100)
print(coef)
