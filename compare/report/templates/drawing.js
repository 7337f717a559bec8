// From strokes to pixels, as the makers of the data did it: fit the ink into a box, then centre it by its mass.

const PEN = 0.11; // the pen's width, as a share of the box
const FINE = 4; // each pixel is the mean of 4 × 4 finer ones

/** Turn strokes, lists of [x, y], into the pixels of an image from 0 to data.peak. */
function pixelsOf(strokes) {
  const placed = fitted(strokes);
  const first = coverage(placed);
  const [x, y] = centreOfMass(first);
  const [left, right, top, bottom] = extent(placed);
  // Whole pixels, and never beyond the edge
  const dx = within(Math.round(width / 2 - x), -Math.floor(left), Math.floor(width - right));
  const dy = within(Math.round(height / 2 - y), -Math.floor(top), Math.floor(height - bottom));
  const ink = coverage(placed.map((stroke) => stroke.map(([px, py]) => [px + dx, py + dy])));
  return ink.map((share) => Math.round(share * data.peak));
}

function within(number, least, most) {
  return Math.min(Math.max(number, least), Math.max(least, most));
}

/** Scale the strokes so that, with the pen's width, the longer side of their extent is data.box; put them in the middle. */
function fitted(strokes) {
  const points = strokes.flat();
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [wide, tall] = [Math.max(...xs) - left, Math.max(...ys) - top];
  const room = data.box * (1 - PEN);
  const scale = room / Math.max(wide, tall, 1);
  const x0 = (width - wide * scale) / 2;
  const y0 = (height - tall * scale) / 2;
  return strokes.map((stroke) => stroke.map(([x, y]) => [x0 + (x - left) * scale, y0 + (y - top) * scale]));
}

/** Return left, right, top and bottom of the ink, the pen's width included. */
function extent(strokes) {
  const half = (data.box * PEN) / 2;
  const xs = strokes.flat().map(([x]) => x);
  const ys = strokes.flat().map(([, y]) => y);
  return [Math.min(...xs) - half, Math.max(...xs) + half, Math.min(...ys) - half, Math.max(...ys) + half];
}

/** Return for each pixel the share of it that is covered with ink, 0 to 1. */
function coverage(strokes) {
  const canvas = new OffscreenCanvas(width * FINE, height * FINE);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.scale(FINE, FINE);
  trace(context, strokes, data.box * PEN);
  const fine = context.getImageData(0, 0, width * FINE, height * FINE).data;
  const shares = new Float64Array(width * height);
  for (let i = 3; i < fine.length; i += 4) {
    const x = Math.floor((((i - 3) / 4) % (width * FINE)) / FINE);
    const y = Math.floor((i - 3) / 4 / (width * FINE) / FINE);
    shares[y * width + x] += fine[i] / 255 / (FINE * FINE);
  }
  return shares;
}

/** Draw strokes with a round pen; a stroke of one point is a dot. */
function trace(context, strokes, pen) {
  context.lineWidth = pen;
  context.lineCap = context.lineJoin = "round";
  for (const stroke of strokes) {
    context.beginPath();
    context.moveTo(...stroke[0]);
    for (const point of stroke.length > 1 ? stroke.slice(1) : stroke) context.lineTo(...point);
    context.stroke();
  }
}

/** Return the mean place of the ink, in pixels from the upper left corner. */
function centreOfMass(shares) {
  let [mass, x, y] = [0, 0, 0];
  shares.forEach((share, i) => {
    mass += share;
    x += share * ((i % width) + 0.5);
    y += share * (Math.floor(i / width) + 0.5);
  });
  return [x / mass, y / mass];
}
