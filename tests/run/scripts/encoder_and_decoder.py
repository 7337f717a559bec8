import keras
from keras.layers import Dense, Input
from keras.models import Model

(x_train, _), (x_test, _) = keras.datasets.mnist.load_data()
x_train = x_train[:256].reshape((256, 784)).astype("float32") / 255.0
x_test = x_test[:64].reshape((64, 784)).astype("float32") / 255.0

input_img = Input(shape=(784,))
encoded = Dense(16, activation="relu")(input_img)
decoded = Dense(784, activation="sigmoid")(encoded)
autoencoder = Model(input_img, decoded)
encoder = Model(input_img, encoded)

autoencoder.compile(optimizer="adam", loss="binary_crossentropy")
autoencoder.fit(x_train, x_train, epochs=2, batch_size=64, shuffle=True, validation_data=(x_test, x_test))
codes = encoder.predict(x_test)
pictures = autoencoder.predict(x_test)
print(codes.shape, pictures.shape)
