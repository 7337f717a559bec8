"""PyTorch, compiled: gather, gradient and update of a batch in one graph."""

import importlib

from compare.bench.contender import Array, Contender, Task


class TorchCompiled(Contender):
    """``torch.compile`` of a whole step."""

    title = "PyTorch, compiled"
    needs = ("torch",)

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        self.torch = torch = importlib.import_module("torch")
        X, y = torch.from_numpy(task.X), torch.from_numpy(task.y)
        self.W, self.b = torch.from_numpy(self.W), torch.from_numpy(self.b)

        def loss(W: object, b: object, rows: object) -> object:
            return torch.nn.functional.mse_loss(torch.sigmoid(X[rows] @ W + b), y[rows])

        def step(rows: object) -> None:
            dW, db = torch.func.grad(loss, argnums=(0, 1))(self.W, self.b, rows)
            self.W.sub_(task.learning_rate * dW)
            self.b.sub_(task.learning_rate * db)

        self.step = torch.compile(torch.no_grad()(step), fullgraph=True)

    def epoch(self, order: Array) -> None:
        """Run the compiled step a batch at a time."""
        for rows in self.torch.from_numpy(order).split(self.task.batch_size):
            self.step(rows)
