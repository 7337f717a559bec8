"""The colours of every page and figure, for both schemes: each name is a CSS variable, ``--keras`` for ``keras``.

Text on ``paper``, ``card`` and ``code`` has a contrast of at least 4.5, lines and areas that carry meaning of at least
3 (WCAG 2 AA; a test computes it). ``keras`` is blue and ``scratch`` orange, ``five`` and ``other`` likewise: a pair
that every kind of colour vision tells apart, and lines differ in their dashes and markers besides. No two names have
the same colour in ``LIGHT``, so that a figure's colours can be told by their value.
"""

LIGHT = {
    "paper": "#fdfcfa",
    "card": "#ffffff",
    "ink": "#1d2430",
    "muted": "#566070",
    "rule": "#dfdcd5",
    "link": "#0b5394",
    "keras": "#0a62a9",
    "scratch": "#b84f00",
    "perturbed": "#b9b2cc",
    "baseline": "#646b78",
    "five": "#0a63aa",
    "other": "#b75000",
    "good": "#19703b",
    "bad": "#b3261e",
    "code": "#f4f2ed",
    "keyword": "#7a2d8f",
    "name": "#0b5a8f",
    "literal": "#8a4b00",
    "remark": "#5e6673",
    "mark": "#ffe9a8",
}

DARK = {
    "paper": "#12161d",
    "card": "#1a2029",
    "ink": "#e7e9ee",
    "muted": "#a5afbf",
    "rule": "#333c49",
    "link": "#8cc4ff",
    "keras": "#6db5fa",
    "scratch": "#ff9d52",
    "perturbed": "#5a5478",
    "baseline": "#9aa4b3",
    "five": "#6eb6fb",
    "other": "#ff9e53",
    "good": "#6fd08c",
    "bad": "#ff8f85",
    "code": "#202733",
    "keyword": "#d7a4ee",
    "name": "#83c5f7",
    "literal": "#f3b876",
    "remark": "#a1abba",
    "mark": "#5a4a12",
}
