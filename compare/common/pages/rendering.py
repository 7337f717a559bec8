"""Templates to pages, pages to files; and what the texts on them need."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compare.common.files import write_text
from compare.common.harmless import harmless
from compare.common.pages.palette import DARK, LIGHT

if TYPE_CHECKING:
    from markupsafe import Markup

DIRECTORIES = re.compile(r"(?<![\w/:.])/(?:[^/,;:()\n]+/)*(?=[^\s/])")


def render(package: str, template: str, *others: str, **context: Any) -> str:
    """Fill a template of ``package`` (``compare.report``); its name is that of a file in the package's ``templates``.

    It may include those of ``others``, packages too.

    Everything is made harmless and escaped but what is marked safe. A name that the template uses and nobody gave is
    an error.
    """
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=ChoiceLoader([PackageLoader(one) for one in (package, *others, "compare.common.pages")]),
        autoescape=True,
        finalize=lambda value: harmless(value) if type(value) is str else value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["names_only"] = names_only
    return environment.get_template(template).render(light=LIGHT, dark=DARK, **context)


def write(html: str, path: Path, option: str = "--out") -> None:
    """Write a page, whole or not at all; raises BadInput that names ``option`` where that cannot be done."""
    write_text(html, path, option)


def names_only(text: str) -> str:
    """Leave of each absolute path in a text its last name: a page is shared, and where its maker keeps things is not.

    A template does it with ``{{ dataset.source | names_only }}``.
    """
    return DIRECTORIES.sub("", text)


def highlighted(source: str) -> "Markup":
    """Set Python source in colour, as the inside of a ``<pre>``; ``base.css`` has a colour for each kind of token."""
    from markupsafe import Markup
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    return Markup(highlight(harmless(source), PythonLexer(), HtmlFormatter(nowrap=True)).rstrip("\n"))


def highlighted_lines(source: str, marks: Mapping[int, tuple[int, int]] | None = None) -> "list[Markup]":
    """Set each line of Python source in colour by itself.

    ``marks`` are columns of lines, from 1, that stand out: from the first column up to the one after the last.
    """
    from markupsafe import Markup
    from pygments.lexers import PythonLexer
    from pygments.token import STANDARD_TYPES

    lines, line, column = [Markup()], 1, 0
    for kind, text in PythonLexer(stripnl=False, ensurenl=False).get_tokens(harmless(source)):
        style = STANDARD_TYPES.get(kind, "")
        for n, part in enumerate(text.split("\n")):
            if n:
                lines.append(Markup())
                line, column = line + 1, 0
            begin, end = (marks or {}).get(line, (0, 0))
            for piece, marked in _pieces(part, begin - column, end - column):
                coloured = Markup('<span class="{}">{}</span>').format(style, piece) if style else Markup.escape(piece)
                lines[-1] += Markup("<mark>{}</mark>").format(coloured) if marked else coloured
            column += len(part)
    return lines


def _pieces(text: str, begin: int, end: int) -> list[tuple[str, bool]]:
    """Cut a text into what is before, in and after a range, without empty pieces, and say which is in it."""
    begin, end = (min(max(n, 0), len(text)) for n in (begin, end))
    pieces = ((text[:begin], False), (text[begin:end], True), (text[end:], False))
    return [(piece, marked) for piece, marked in pieces if piece]
