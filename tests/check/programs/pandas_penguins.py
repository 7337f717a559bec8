import numpy as np
import pandas as pd

df = pd.read_csv("penguins.csv")
df = df.dropna()
cols = ["bill", "flipper", "mass"]
df[cols] = (df[cols] - df[cols].mean()) / df[cols].std()
df["label"] = (df["species"] == "gentoo").astype(int)

X = df[cols].to_numpy()
y = df[["label"]].values

W = np.zeros((3, 1))
b = 0.0
alpha = 0.3

history = []
for epoch in range(200):
    p = 1 / (1 + np.exp(-(X @ W + b)))
    history.append({"epoch": epoch, "loss": -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))})
    W = W - alpha * X.T @ (p - y) / len(df)
    b = b - alpha * np.mean(p - y)

print(pd.DataFrame(history).iloc[::40])
print("accuracy", ((p > 0.5) == y).mean())
