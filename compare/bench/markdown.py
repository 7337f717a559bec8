"""``bench.md``: the run in a few lines of Markdown, as the README and issues quote it."""

from typing import Any

from compare.bench.contender import find
from compare.bench.session import LIMIT, OURS


def markdown(result: dict[str, Any]) -> str:
    """Write what ``bench.json`` holds as a table and a few sentences; nothing in there is not from the run."""
    machine, epoch, data = result["machine"], result["epoch_seconds"], result["dataset"]
    lines = [
        f"Measured by `{result['command']}` on {data['rows']:,} rows of {data['name']}, {machine['processor']} with "
        f"{machine['cores']} cores; each number is a multiple of scratch's in the same run.",
        "",
        "| | one epoch | cold start to 10 epochs |",
        "|---|---|---|",
    ]
    for name in sorted(epoch, key=lambda name: epoch[name]):
        title = f"**{find(name).title}**" if name == OURS else find(name).title
        cold = result["cold_start_ratio_to_scratch"].get(name)
        lines.append(f"| {title} | {times(result['ratio_to_scratch'][name])} | {'' if cold is None else times(cold)} |")
    return "\n".join([*lines, "", *_sentences(result)]) + "\n"


def times(ratio: float) -> str:
    """Write a ratio with as many digits as it deserves."""
    return f"{ratio:.2g}×" if ratio < 100 else f"{ratio:,.0f}×"


def _sentences(result: dict[str, Any]) -> list[str]:
    exponents = [f"{axis}^{power:.2f}" for axis, power in result["growth_exponents"].items() if power is not None]
    missed = [goal for goal in result["goals"] if goal["held"] is False]
    untold = [goal for goal in result["goals"] if goal["held"] is None]
    sentences = []
    if OURS in result["epoch_seconds"]:
        seconds = result["epoch_seconds"][OURS]
        limit = result["ratio_to_scratch"].get(LIMIT)
        beside = f", {times(1 / limit)} the C loop's" if limit else ""
        sentences.append(f"An epoch of scratch took {1000 * seconds:.0f} ms{beside}.")
    if exponents:
        sentences.append(f"Its cost grows as {', '.join(exponents)} (fitted powers; batch is far from one).")
    if result["sweep_time_ratio"] is not None:
        count = len(result["sweep"]["rates"])
        sentences.append(f"{count} learning rates at once take {times(result['sweep_time_ratio'])} the time of one.")
    if result["peak_memory_ratio"] is not None:
        sentences.append(f"Training takes {times(result['peak_memory_ratio'])} the memory of the `uint8` images.")
    kept = len(result["goals"]) - len(missed) - len(untold)
    sentences.append(f"Of the {len(result['goals'])} goals that the project set itself, this run shows {kept}.")
    sentences += [f"Missed: {goal['sentence']} (measured: {times(goal['measured'])})." for goal in missed]
    sentences += [f"Not measured: {goal['sentence']}." for goal in untold]
    return sentences
