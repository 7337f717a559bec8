"use strict";

// The trained perceptron, in the same arithmetic as NumPy's: every operation is rounded to the run's own type.

const data = JSON.parse(document.getElementById("data").textContent);
const rounded = data.type === "float32" ? Math.fround : (x) => x;
const [height, width] = data.shape;

/** Unpack an array that travelled as base64. */
function unpacked(packed) {
  const types = { uint8: Uint8Array, float32: Float32Array, float64: Float64Array };
  const bytes = Uint8Array.from(atob(packed.bytes), (letter) => letter.charCodeAt(0));
  return new types[packed.type](bytes.buffer);
}

const W = unpacked(data.W); // one row of pixels for each epoch of data.epochs
const b = unpacked(data.b);
const colours = unpacked(data.colours);

/** Return W and b after the epoch at a place in data.epochs. */
function weightsAt(place) {
  const pixels = height * width;
  return { W: W.subarray(place * pixels, (place + 1) * pixels), b: b[place] };
}

/** Scale a pixel as the run did: x = pixel / peak, or raw. */
function scaled(pixel) {
  return data.scaled ? rounded(pixel / data.peak) : rounded(pixel);
}

/** What the layer makes of z, by the activation's name. */
const ACTIVATIONS = {
  linear: (z) => z,
  sigmoid: (z) => {
    const e = rounded(Math.exp(Math.min(z, 0)));
    return rounded(e / rounded(1 + rounded(Math.exp(Math.min(z, -z)))));
  },
};

/** Weigh an image: z = X @ W + b, a = activation(z), and each pixel's share x * w of z. */
function answer(pixels, weights) {
  const shares = new Float64Array(pixels.length);
  let z = 0;
  for (let i = 0; i < pixels.length; i++) {
    shares[i] = rounded(scaled(pixels[i]) * weights.W[i]);
    z = rounded(z + shares[i]);
  }
  z = rounded(z + weights.b);
  return { z, a: ACTIVATIONS[data.activation](z), shares };
}

/** Paint numbers on a canvas of one pixel each, on the scale from -limit (orange) over 0 (white) to limit (blue). */
function paintDiverging(canvas, numbers, limit) {
  paint(canvas, numbers, (number) => {
    const place = Number.isFinite(number) ? (number / limit + 1) / 2 : 0.5;
    const i = 3 * Math.round(255 * Math.min(1, Math.max(0, place)));
    return [colours[i], colours[i + 1], colours[i + 2]];
  });
}

/** Paint ink on a canvas of one pixel each: black on white. */
function paintInk(canvas, pixels) {
  paint(canvas, pixels, (pixel) => {
    const grey = 255 - (255 * pixel) / data.peak;
    return [grey, grey, grey];
  });
}

function paint(canvas, numbers, colour) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  numbers.forEach((number, i) => image.data.set([...colour(number), 255], 4 * i));
  context.putImageData(image, 0, 0);
}
