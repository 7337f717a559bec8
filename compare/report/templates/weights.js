// The slider over the epochs.

{
  const slider = document.getElementById("epoch");
  const image = document.getElementById("weights-image");
  const label = document.getElementById("weights-epoch");

  const show = () => {
    const epoch = data.epochs[slider.value];
    const weights = weightsAt(Number(slider.value));
    paintDiverging(image, weights.W, data.limit);
    label.value = `${epoch ? `after epoch ${epoch}` : "before training"} · bias ${weights.b.toPrecision(4)}`;
    slider.setAttribute("aria-valuetext", label.value);
  };
  slider.addEventListener("input", show);
  show();

  const steps = Float64Array.from({ length: 256 }, (_, i) => i / 127.5 - 1);
  paintDiverging(document.getElementById("scale"), steps, 1);
}
