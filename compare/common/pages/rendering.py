"""Templates to pages, pages to files."""

from pathlib import Path
from typing import Any

from compare.common.files import write_text
from compare.common.pages.palette import DARK, LIGHT


def render(package: str, template: str, **context: Any) -> str:
    """Fill a template of ``package`` (``compare.report``); its name is that of a file in the package's ``templates``.

    Everything is escaped but what is marked safe. A name that the template uses and nobody gave is an error.
    """
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("compare.common.pages")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(light=LIGHT, dark=DARK, **context)


def write(html: str, path: Path, option: str = "--out") -> None:
    """Write a page, whole or not at all; raises BadInput that names ``option`` where that cannot be done."""
    write_text(html, path, option)
