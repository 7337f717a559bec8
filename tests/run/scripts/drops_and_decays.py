# fashion with everything that is said to help
import tensorflow as tf
from tensorflow.keras import layers, regularizers

(x_train, y_train), (x_test, y_test) = tf.keras.datasets.fashion_mnist.load_data()
x_train, x_test = x_train[:320] / 255.0, x_test[:100] / 255.0
y_train, y_test = y_train[:320], y_test[:100]

model = tf.keras.Sequential([
    layers.Flatten(input_shape=(28, 28)),
    layers.Dense(32, use_bias=False, kernel_regularizer=regularizers.l2(0.001)),
    layers.Activation('relu'),
    layers.Dropout(0.3),
    layers.Dense(16, activation='tanh', kernel_initializer='he_normal'),
    layers.Dropout(0.2),
    layers.Dense(10)
])
model.compile(optimizer=tf.keras.optimizers.RMSprop(0.001),
              loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
              metrics=['accuracy'])
model.fit(x_train, y_train, epochs=2, batch_size=64, validation_data=(x_test, y_test))

probability_model = tf.keras.Sequential([model, layers.Softmax()])
predictions = probability_model.predict(x_test)
print(predictions[0].argmax(), y_test[0])
