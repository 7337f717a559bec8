import keras
from keras.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from keras.layers import Dense
import numpy as np
import tempfile

rng = np.random.default_rng(1)
X = rng.normal(size=(240, 6))
y = (X[:, 0] * X[:, 1] > 0).astype("int")

model = keras.models.Sequential()
model.add(Dense(12, input_dim=6, activation="relu"))
model.add(Dense(1, activation="sigmoid"))
model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.SGD(learning_rate=1.5), metrics=["accuracy"])
folder = tempfile.mkdtemp()
callbacks = [
    EarlyStopping(monitor="val_loss", patience=2, restore_best_weights=True),
    ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=1, verbose=1),
    ModelCheckpoint(folder + "/best.keras", save_best_only=True),
]
history = model.fit(X, y, validation_split=0.25, epochs=8, batch_size=16, callbacks=callbacks)
print(len(history.history["loss"]), "epochs")
print(model.evaluate(X, y))
