"""What every page of this project is made with: one base template, one palette, figures as inline SVG.

A page is one self-contained file that opens from disk: light and dark, on a phone, on paper, without a network (its
Content-Security-Policy forbids every request). To make one, put a template into ``compare/<folder>/templates/`` that
extends ``base.html`` and fills its blocks ``title``, ``header``, ``main`` and, where it needs them, ``contents``,
``style`` and ``script``. Then:

    from compare.common import pages

    with pages.themed():                             # matplotlib draws in the palette
        figure, axes = pages.subplots(width=5, height=3.3)
        axes.plot(epochs, loss, color=pages.LIGHT["keras"])
    svg = pages.figure_svg(figure, "Text alternative: what a reader would see in it.")
    html = pages.render("compare.lessons", "lessons.html", curves=svg)
    pages.write(html, path)                          # whole or not at all

In the template, ``{{ figure(curves, "Caption.") }}`` of ``macros.html`` sets it with its caption, ``panels`` sets
several side by side, or below each other on a phone, ``{{ name }}`` makes harmless and escapes whatever comes from
outside, and the filter ``names_only`` leaves of an absolute path in it the last name. Colours in figures are those of
``LIGHT``; in the SVG each becomes a CSS variable of the same name, so that the figure follows the reader's light or
dark scheme. ``save_figure`` writes the same figure as a PNG or SVG file, ``highlighted`` sets Python code in colour,
and ``highlighted_lines`` a line at a time, with a part of it marked.
"""

from compare.common.pages.figures import figure_svg, save_figure, subplots, themed
from compare.common.pages.palette import DARK, LIGHT
from compare.common.pages.rendering import highlighted, highlighted_lines, names_only, render, write

__all__ = [
    "DARK",
    "LIGHT",
    "figure_svg",
    "highlighted",
    "highlighted_lines",
    "names_only",
    "render",
    "save_figure",
    "subplots",
    "themed",
    "write",
]
