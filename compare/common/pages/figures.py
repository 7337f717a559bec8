"""Figures by matplotlib: in the palette, as inline SVG that follows the reader's scheme, or as files."""

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compare.common.files import unwritable
from compare.common.pages.palette import LIGHT

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.figure import Figure

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_numbers = count(1)


@contextmanager
def themed() -> Iterator[None]:
    """Draw in the palette: quiet axes, a light grid, text as text."""
    import matplotlib as mpl

    ink, muted, rule = LIGHT["ink"], LIGHT["muted"], LIGHT["rule"]
    style: dict[str, Any] = {
        "figure.facecolor": "none",
        "axes.facecolor": "none",
        "savefig.facecolor": "none",
        "axes.edgecolor": rule,
        "axes.labelcolor": muted,
        "axes.titlecolor": ink,
        "axes.titlelocation": "left",
        "axes.titlesize": 11,
        "axes.titleweight": "bold",
        "axes.titlepad": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": rule,
        "grid.linewidth": 0.7,
        "xtick.color": rule,
        "ytick.color": rule,
        "xtick.labelcolor": muted,
        "ytick.labelcolor": muted,
        "text.color": ink,
        "legend.frameon": False,
        "legend.fontsize": 9,
        "font.size": 9.5,
        "lines.linewidth": 2,
        "svg.fonttype": "none",
    }
    with mpl.rc_context(style):  # type: ignore[arg-type] # it wants each key as a literal
        yield


def subplots(rows: int = 1, columns: int = 1, width: float = 8, height: float = 3.4, **options: Any) -> tuple[Any, Any]:
    """Make a figure and its axes, as matplotlib's own ``subplots`` does, without a window and without global state."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, **options)


def figure_svg(figure: "Figure", alternative: str) -> "Markup":
    """Turn a figure into SVG for a page: named for screen readers, in CSS variables, with ids of its own."""
    from markupsafe import Markup

    root = ET.fromstring(_drawn(figure))
    for metadata in root.findall(f"{{{SVG}}}metadata"):
        root.remove(metadata)
    _keep_referenced_ids(root, f"figure{next(_numbers)}-")
    root.attrib |= {"role": "img", "aria-label": alternative, "class": "figure"}
    del root.attrib["height"], root.attrib["width"]
    ET.register_namespace("", SVG)
    ET.register_namespace("xlink", XLINK)
    return Markup(_in_variables(ET.tostring(root, encoding="unicode")))


def _drawn(figure: "Figure") -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()


def _keep_referenced_ids(root: ET.Element, prefix: str) -> None:
    """Drop the ids that nothing refers to, and give the others a prefix: ids are unique in a whole page."""
    used = set(re.findall(r'(?:url\(|href=")#([^)"]+)', ET.tostring(root, encoding="unicode")))
    for element in root.iter():
        identity = element.attrib.pop("id", "")
        if identity in used:
            element.set("id", prefix + identity)
        for name, value in element.attrib.items():
            if value.startswith("#"):
                element.set(name, "#" + prefix + value[1:])
            elif "url(#" in value:
                element.set(name, value.replace("url(#", f"url(#{prefix}"))


def _in_variables(svg: str) -> str:
    """Put a CSS variable for each of the palette's colours, and the page's font for matplotlib's."""
    for name, colour in LIGHT.items():
        svg = re.sub(rf"(fill|stroke|stop-color): {colour}", rf"\1: var(--{name})", svg)
    return re.sub(r"font: ([\w ]*)([\d.]+px) [^;\"]+", r"font: \1\2 var(--sans)", svg)


def save_figure(figure: "Figure", path: Path, option: str = "--figures") -> None:
    """Write a figure as a file of the type that its name ends in, on white; raises BadInput where it cannot be."""
    try:
        figure.savefig(path, dpi=200, facecolor="white")
    except OSError as error:
        raise unwritable(path.parent, error, option) from None
