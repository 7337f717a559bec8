"""scikit-learn's ``SGDClassifier``: what most people would take for this job."""

from compare.bench.contender import Array, Contender, Task


class SklearnSGD(Contender):
    """``partial_fit``, an epoch a call."""

    title = "scikit-learn SGDClassifier"
    needs = ("sklearn",)
    remark = "another algorithm: it takes a step a row, not a batch, on the logistic loss"
    same_math = False

    def __init__(self, task: Task) -> None:
        from sklearn.linear_model import SGDClassifier

        super().__init__(task)
        self.model = SGDClassifier(
            loss="log_loss", alpha=0, learning_rate="constant", eta0=task.learning_rate, shuffle=True, random_state=0
        )
        self.labels = task.y[:, 0].astype(int)

    def epoch(self, order: Array) -> None:
        """Train once through the rows, which it shuffles by itself."""
        self.model.partial_fit(self.task.X, self.labels, classes=[0, 1])
