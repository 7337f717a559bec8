"""Python code in colour."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markupsafe import Markup


def highlighted(source: str) -> "Markup":
    """Set Python source in colour, as the inside of a ``<pre>``; ``base.css`` has a colour for each kind of token."""
    from markupsafe import Markup
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    return Markup(highlight(source, PythonLexer(), HtmlFormatter(nowrap=True)).rstrip("\n"))
