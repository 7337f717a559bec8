from numpy import array, dot, exp
from numpy.random import seed, uniform


class OneNeuron():
    """three switches in, one lamp out"""

    def __init__(self, switches):
        seed(20)
        self.w = uniform(-1, 1, (switches, 1))

    def __squash(self, total):
        return 1 / (1 + exp(-total))

    def __steepness(self, out):
        return out * (1 - out)

    def think(self, switches):
        return self.__squash(dot(switches, self.w))

    def train(self, examples, answers, times):
        for time in range(times):
            out = self.think(examples)
            miss = out - answers
            self.w += dot(examples.T, miss * self.__steepness(out))


if __name__ == "__main__":
    lamp = OneNeuron(3)
    print("weights before:", lamp.w.T)
    examples = array([[1, 0, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1], [0, 1, 0]])
    answers = array([[0], [1], [0], [1], [0]])
    lamp.train(examples, answers, 8000)
    print("weights after:", lamp.w.T)
    print("only the last switch on:", lamp.think(array([0, 0, 1])))
