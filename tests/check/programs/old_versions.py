import numpy as np
#import matplotlib.pyplot as plt

def sigmoid(x):
    return 1/(1+np.exp(-x))

# old version, didnt work with big numbers
def sigmoid_old(x):
    return np.exp(x)/(1+np.exp(-x))

def deriv(x):
    return sigmoid(x)*(1-sigmoid(x))

def deriv2(x):
    # from the first try
    return x*(1+x)

x = np.array([[0,0,1],[0,1,1],[1,0,1],[1,1,1],[0,0,1],[1,1,1]])
y = np.array([[0,1,1,0,0,0]]).T

np.random.seed(2)
w0 = np.random.uniform(size=(3,5), low=-1, high=1)
w1 = np.random.uniform(size=(5,1), low=-1, high=1)
err_log = []
unused = np.zeros_like(w0)

for i in range(15000):
    z0 = np.dot(x, w0)
    a0 = np.tanh(z0)
    z1 = np.dot(a0, w1)
    a1 = sigmoid(z1)
    gradient = (y - a1) * deriv(z1)      # points downhill already
    gradient0 = np.dot(gradient, w1.T) * (1 - np.tanh(z0)**2)
    # w1 -= 0.1*np.dot(a0.T, gradient)   <- wrong direction!!
    w1 += 0.1*np.dot(a0.T, gradient)
    w0 += 0.1*np.dot(x.T, gradient0)
    if i % 1000 == 0:
        err_log.append(np.abs(y - a1).mean())
        print('err:', err_log[-1])
