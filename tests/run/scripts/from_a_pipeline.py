import tensorflow as tf

(x, y), (xt, yt) = tf.keras.datasets.mnist.load_data()
train = tf.data.Dataset.from_tensor_slices((x[:300] / 255.0, y[:300])).shuffle(300).batch(32).prefetch(1)
test = tf.data.Dataset.from_tensor_slices((xt[:100] / 255.0, yt[:100])).batch(32)

model = tf.keras.models.Sequential(
    [
        tf.keras.layers.Flatten(input_shape=(28, 28)),
        tf.keras.layers.Dense(20, activation="relu"),
        tf.keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(train, epochs=2, validation_data=test)
model.evaluate(test)
model.predict(test.take(1))
