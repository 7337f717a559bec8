// Draw a digit: pointer to strokes, strokes or images to pixels, pixels to an answer, live.

{
  const pad = document.getElementById("pad");
  const context = pad.getContext("2d");
  const gallery = document.getElementById("gallery");
  const trained = weightsAt(data.epochs.length - 1);
  const images = data.images;
  const pixels = unpacked(images.pixels);
  const numpy = { z: unpacked(images.z), a: unpacked(images.a) };
  const allowed = { z: unpacked(images.z_tolerance), a: unpacked(images.a_tolerance) };
  const byId = (id) => document.getElementById(id);
  let strokes = [];

  const imageAt = (i) => pixels.subarray(i * height * width, (i + 1) * height * width);

  /** Show the image that the perceptron gets, and what it makes of it. */
  const show = (input, about) => {
    const { z, a, shares } = answer(input, trained);
    const yes = a > 0.5;
    paintInk(byId("input-image"), input);
    paintDiverging(byId("shares"), shares, shares.reduce((most, share) => Math.max(most, Math.abs(share)), 1e-30));
    byId("word").textContent = yes ? data.yes : data.no;
    byId("word").className = `word ${yes ? "yes" : "no"}`;
    byId("z").textContent = z.toPrecision(6);
    byId("a").textContent = a.toPrecision(6);
    Object.assign(byId("a").dataset, { z, a }); // every digit, for whoever checks
    byId("needle").style.left = `${100 * Math.min(1, Math.max(0, a))}%`;
    byId("needle").style.opacity = 1;
    byId("about").textContent = about;
  };

  const clear = () => {
    strokes = [];
    context.clearRect(0, 0, pad.width, pad.height);
    for (const id of ["input-image", "shares"]) byId(id).getContext("2d").clearRect(0, 0, width, height);
    byId("word").textContent = "draw something";
    byId("word").className = "word";
    byId("z").textContent = byId("a").textContent = "–";
    byId("needle").style.opacity = 0;
    byId("about").textContent = "";
    const loaded = gallery.querySelector("input:checked");
    if (loaded) loaded.checked = false;
  };

  // Drawing

  const place = (event) => {
    const edge = pad.getBoundingClientRect();
    return [
      ((event.clientX - edge.left) / edge.width) * pad.width,
      ((event.clientY - edge.top) / edge.height) * pad.height,
    ];
  };

  const redraw = () => {
    context.clearRect(0, 0, pad.width, pad.height);
    context.strokeStyle = "#000";
    trace(context, strokes, pad.width * 0.06);
    show(pixelsOf(strokes), "Your drawing.");
  };

  pad.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (gallery.querySelector("input:checked")) clear();
    pad.setPointerCapture(event.pointerId);
    strokes.push([place(event)]);
    redraw();
  });
  pad.addEventListener("pointermove", (event) => {
    if (!pad.hasPointerCapture(event.pointerId)) return;
    strokes.at(-1).push(place(event));
    redraw();
  });
  byId("clear").addEventListener("click", clear);

  // Loading images

  const load = (i) => {
    strokes = [];
    context.imageSmoothingEnabled = false;
    context.clearRect(0, 0, pad.width, pad.height);
    context.drawImage(gallery.querySelectorAll("canvas")[i], 0, 0, pad.width, pad.height);
    const said = numpy.a[i].toPrecision(6);
    show(imageAt(i), `Image ${images.numbers[i]} of those held back, really a ${images.labels[i]}. NumPy answers ${said}.`);
  };

  images.numbers.forEach((number, i) => {
    const label = document.createElement("label");
    const choice = document.createElement("input");
    const canvas = document.createElement("canvas");
    Object.assign(choice, { type: "radio", name: "image", value: i });
    choice.setAttribute("aria-label", `Image ${number}, class ${images.labels[i]}`);
    choice.addEventListener("change", () => load(i));
    Object.assign(canvas, { width, height, className: "pixels" });
    canvas.setAttribute("aria-hidden", "true");
    paintInk(canvas, imageAt(i));
    label.append(choice, canvas);
    gallery.append(label);
  });

  // The arithmetic of this page, held against NumPy's

  let [agree, furthest] = [0, 0];
  images.numbers.forEach((_, i) => {
    const { z, a } = answer(imageAt(i), trained);
    const [apartZ, apartA] = [Math.abs(z - numpy.z[i]), Math.abs(a - numpy.a[i])];
    if (apartZ <= allowed.z[i] && apartA <= allowed.a[i]) agree += 1;
    furthest = Math.max(furthest, apartA);
  });
  const count = images.numbers.length;
  byId("check").textContent =
    `Checked: on ${agree} of these ${count} images this page's answer is NumPy's, to within rounding. ` +
    `The largest difference of a is ${furthest.toExponential(1)}, and rounding could make up to ` +
    `${Math.max(...allowed.a).toExponential(1)}.`;
  byId("check").className = agree === count ? "quiet" : "bad";
}
