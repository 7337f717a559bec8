"""The table that ``model.summary()`` prints."""

from typing import Any

from scratch.arrays import Array

WIDTHS = (31, 22, 13)
HEADINGS = ("Layer (type)", "Output Shape", "Param #")


def table_of(model: Any) -> str:
    """Return the layers, what comes out of each and its number of weights, drawn as Keras draws them."""
    rows = [_row(layer, model.built) for layer in model.layers]
    widths = [max(width, *(len(row[i]) for row in rows), 0) if rows else width for i, width in enumerate(WIDTHS)]
    lines = [_rule("┏━┳┓", widths), _cells("┃", HEADINGS, widths), _rule("┡━╇┩", widths)]
    for number, row in enumerate(rows):
        lines += [_rule("├─┼┤", widths)] * (number > 0) + [_cells("│", row, widths)]
    lines += [_rule("└─┴┘", widths)]
    trainable = _total(model.trainable_weights)
    others = _total(model.non_trainable_weights)
    kept = _kept(model.optimizer)
    totals = {"Total": _added(trainable, others, kept), "Trainable": trainable, "Non-trainable": others}
    if kept[0]:
        totals["Optimizer"] = kept
    sizes = [f" {what} params: {count:,} ({_size(size)})" for what, (count, size) in totals.items()]
    return "\n".join([f'Model: "{model.name}"', *lines, *sizes])


def _row(layer: Any, built: bool) -> tuple[str, str, str]:
    shape = str(layer.output.shape) if built else "?"
    count = f"{layer.count_params():,}" if built or layer.built else "0 (unbuilt)"
    return f"{layer.name} ({type(layer).__name__})", shape, count


def _rule(corners: str, widths: list[int]) -> str:
    left, line, between, right = list(corners)
    return left + between.join(line * (width + 2) for width in widths) + right


def _cells(edge: str, cells: tuple[str, ...], widths: list[int]) -> str:
    name, shape, count = cells
    inside = f" {edge} ".join((name.ljust(widths[0]), shape.ljust(widths[1]), count.rjust(widths[2])))
    return f"{edge} {inside} {edge}"


def _total(weights: list[Array]) -> tuple[int, int]:
    return sum(w.size for w in weights), sum(w.nbytes for w in weights)


def _kept(optimizer: Any) -> tuple[int, int]:
    """Return what the optimizer keeps of each weight, and its own: the steps, in 8 bytes, and perhaps the rate."""
    if optimizer is None or not optimizer.built:
        return 0, 0
    count, size = _total(optimizer.all_slots)
    own = len(optimizer.variables) - len(optimizer.all_slots)
    return count + own, size + 4 + 4 * own


def _added(*totals: tuple[int, int]) -> tuple[int, int]:
    return sum(count for count, _ in totals), sum(size for _, size in totals)


def _size(size: float) -> str:
    for unit in ("B", "KB", "MB"):
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} GB"
