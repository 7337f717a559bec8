import numpy as np
import keras
from keras import layers
from keras.losses import BinaryCrossentropy
from keras.metrics import BinaryAccuracy

np.random.seed(0)
x = np.random.normal(size=(300, 8)).astype("float32")
y = (x[:, 0] + 0.5 * x[:, 1] > 1.2).astype("int32")

model = keras.Sequential([layers.Input((8,)), layers.Dense(8, activation="elu"), layers.Dense(1, activation="sigmoid")])
model.compile(loss=BinaryCrossentropy(label_smoothing=0.1), metrics=[BinaryAccuracy(name="acc"), keras.metrics.AUC()])
model.fit(x, y, epochs=3, class_weight={0: 1.0, 1: 6.0}, validation_split=0.2, verbose=2)
model.fit(x, y, epochs=1, sample_weight=np.where(y == 1, 6.0, 1.0))
