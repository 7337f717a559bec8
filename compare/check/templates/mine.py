"""A perceptron that tells 'five' from 'not five', written out by hand. Fill in what you like, in any order.

Then let it be checked, as often as you want:

    python -m compare check mine.py

What still raises NotImplementedError is reported as not there, and everything else is checked. The symbols:

    X      (N, D)   a batch of N flattened images, D pixels each, scaled to 0..1
    W, b   (D, U), (U,)   weights and bias of U units; the five-detector has U = 1
    z      (N, U)   the weighted sum
    a      (N, U)   the activation: how much does the image look like a five?
    y      (N, U)   the target: 1.0 is 'five', 0.0 is 'not five'
    dz, dW, db      the derivative of the batch's loss with respect to z, W, b; shaped like these

Leave the arguments as they are, and hand back new arrays. Compute in the type that you are given.
"""


def dense(X, W, b):
    """Weigh the pixels and add the bias.

        z = X @ W + b

    X: (N, D), W: (D, U), b: (U,); returns z: (N, U). Keras: Dense(1)
    """
    raise NotImplementedError


def sigmoid(z):
    """Squash any number into 0..1. No z may make it overflow into NaN.

        a = 1 / (1 + exp(-z))

    z: (N, U); returns a: (N, U). Keras: activation="sigmoid"
    """
    raise NotImplementedError


def mse(y, a):
    """Average the squared error over all rows and units. There is no 1/2.

        loss = mean((a - y)**2)

    y, a: (N, U); returns one number. Keras: loss="mse"
    """
    raise NotImplementedError


def accuracy(y, a):
    """Return the share of right answers; yes is strictly above a half.

        accuracy = mean((a > 0.5) == y)

    y, a: (N, U); returns one number. Keras: metrics=["accuracy"]
    """
    raise NotImplementedError


def mse_gradient(y, a):
    """Return the derivative of the loss with respect to a. N * U is a.size, and N is that of this batch.

        da = 2 * (a - y) / a.size

    y, a: (N, U); returns da: (N, U). Keras: inside fit
    """
    raise NotImplementedError


def sigmoid_gradient(a):
    """Return the sigmoid's slope, which its output a already tells. Call the parameter z if you want z instead.

        slope = a * (1 - a)

    a: (N, U); returns slope: (N, U). Keras: inside fit
    """
    raise NotImplementedError


def dense_gradient(X, W, dz):
    """Return the derivative of the loss with respect to the weights. dz = da * slope.

        dW = X.T @ dz
        db = sum(dz, axis=0)

    X: (N, D), W: (D, U), dz: (N, U); returns dW: (D, U), db: (U,). Keras: inside fit
    """
    raise NotImplementedError


def sgd(param, gradient, learning_rate):
    """Take one step downhill.

        param = param - learning_rate * gradient

    param, gradient: any shape, the same; returns the new param. Keras: optimizer="sgd"
    """
    raise NotImplementedError


def train_step(X, y, W, b, learning_rate):
    """Go forward, go backward, and take one step: every gradient is known before any weight moves.

    X: (N, D), y: (N, 1), W: (D, 1), b: (1,); returns the new W, b. Keras: what fit does with one batch
    """
    raise NotImplementedError


def fit(X, y, W, b, learning_rate, batch_size, epochs, order):
    """Train: epoch after epoch, batch after batch.

    order: (epochs, N), whole numbers: epoch e takes the rows X[order[e]], y[order[e]], in batches of batch_size; the
    last batch has the rows that are left. Returns W, b; or W, b, history with history = {"loss": [...], "accuracy":
    [...]}, a number for each epoch: the mean over its rows of what they showed when their batch came by, before its
    step. Keras: fit(x, y, batch_size=..., epochs=...)
    """
    raise NotImplementedError
