"""Templates to pages, pages to files; and what the texts on them need."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compare.common.files import write_text
from compare.common.pages.palette import DARK, LIGHT

if TYPE_CHECKING:
    from markupsafe import Markup

DIRECTORIES = re.compile(r"(?<![\w/:.])/(?:[^/,;:()\n]+/)*(?=[^\s/])")


def render(package: str, template: str, *others: str, **context: Any) -> str:
    """Fill a template of ``package`` (``compare.report``); its name is that of a file in the package's ``templates``.

    It may include those of ``others``, packages too.

    Everything is escaped but what is marked safe. A name that the template uses and nobody gave is an error.
    """
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=ChoiceLoader([PackageLoader(one) for one in (package, *others, "compare.common.pages")]),
        autoescape=True,
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

    return Markup(highlight(source, PythonLexer(), HtmlFormatter(nowrap=True)).rstrip("\n"))
