"""PyTorch, the training loop that its own tutorials write."""

import importlib

from compare.bench.contender import Array, Contender, Task


class TorchEager(Contender):
    """A linear layer, autograd and ``optim.SGD``, run line by line."""

    title = "PyTorch, eager"
    needs = ("torch",)

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        self.torch = torch = importlib.import_module("torch")
        D, U = task.W.shape
        self.X, self.y = torch.from_numpy(task.X), torch.from_numpy(task.y)
        self.linear = torch.nn.Linear(D, U)
        with torch.no_grad():
            self.linear.weight.copy_(torch.from_numpy(task.W.T))
            self.linear.bias.copy_(torch.from_numpy(task.b))
        self.optimizer = torch.optim.SGD(self.linear.parameters(), lr=task.learning_rate)

    def epoch(self, order: Array) -> None:
        """Forward, backward, step, a batch at a time."""
        torch = self.torch
        for rows in torch.from_numpy(order).split(self.task.batch_size):
            self.optimizer.zero_grad()
            a = torch.sigmoid(self.linear(self.X[rows]))
            torch.nn.functional.mse_loss(a, self.y[rows]).backward()
            self.optimizer.step()

    def weights(self) -> list[Array]:
        """Return W and b; PyTorch keeps W as (U, D)."""
        return [self.linear.weight.detach().numpy().T, self.linear.bias.detach().numpy()]
