import numpy as np
import pandas as pd


class LinearModel:
    def fit(self, frame, features, target, lr=0.1, epochs=300):
        X = frame[features].values
        y = frame[target].values
        self.w = np.zeros(len(features))
        self.b = 0.0
        for _ in range(epochs):
            err = X @ self.w + self.b - y
            self.w -= lr * X.T @ err / len(y)
            b = self.b - lr * err.mean()
            self.loss = (err ** 2).mean()
        return self

    def predict(self, frame, features):
        return frame[features].values @ self.w + self.b


df = pd.read_csv("penguins.csv").dropna()
features = ["bill", "flipper"]
n_train = 45
mean, std = df.iloc[:n_train][features].mean(), df.iloc[:n_train][features].std()
train = df.iloc[:n_train].copy()
train[features] = (train[features] - mean) / std
train["kg"] = train["mass"] / 1000
model = LinearModel().fit(train, features, "kg")

test = df.iloc[n_train:].copy()
test["kg"] = test["mass"] / 1000
print("test error in kg:", np.abs(model.predict(test, features) - test["kg"]).mean())
