"""Is every page safe, readable and self-contained, whatever is on it?"""

import itertools
import re
from pathlib import Path
from xml.etree import ElementTree

import jinja2
import pytest

from compare.common import pages
from compare.common.errors import BadInput


def a_figure() -> str:
    with pages.themed():
        figure, axes = pages.subplots(width=4, height=2)
        axes.plot([0, 1], [0, 1], color=pages.LIGHT["keras"], marker="o")
        axes.set_title("a < b")
    return str(pages.figure_svg(figure, 'what "it" shows <here>'))


def a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, **context: object) -> str:
    package = tmp_path / f"package_{tmp_path.name}"
    (package / "templates").mkdir(parents=True)
    (package / "__init__.py").touch()
    page = f"{{% extends 'base.html' %}}{{% block main %}}{body}{{% endblock %}}"
    (package / "templates" / "page.html").write_text(page)
    monkeypatch.syspath_prepend(tmp_path)
    return pages.render(package.name, "page.html", **context)


def test_what_comes_from_outside_is_escaped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    html = a_page(tmp_path, monkeypatch, "{{ name }}", name="<script>alert(1)</script>")
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


def test_a_name_that_nobody_gave_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(jinja2.UndefinedError):
        a_page(tmp_path, monkeypatch, "{{ name }}")


def test_a_page_forbids_every_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    html = a_page(tmp_path, monkeypatch, "")
    assert "default-src 'none'" in html
    assert not re.search(r"(?:src|href)=[\"']?https?:", html)


def test_a_figure_has_a_text_alternative_and_follows_the_scheme() -> None:
    root = ElementTree.fromstring(a_figure())
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'what "it" shows <here>'
    assert "var(--keras)" in a_figure()
    assert pages.LIGHT["keras"] not in a_figure()


def test_two_figures_share_no_id() -> None:
    first, second = ({e.get("id") for e in ElementTree.fromstring(a_figure()).iter()} - {None} for _ in range(2))
    assert first
    assert not first & second


def test_what_a_figure_refers_to_is_in_it() -> None:
    svg = a_figure()
    wanted = set(re.findall(r'(?:url\(|href=")#([^)"]+)', svg))
    assert wanted <= set(re.findall(r'id="([^"]+)"', svg))


def luminance(colour: str) -> float:
    """WCAG 2's relative luminance."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


GROUNDS = {"paper", "card", "code", "mark"}
NOT_TEXT = {"rule", "perturbed"}


@pytest.mark.parametrize("scheme", [pages.LIGHT, pages.DARK], ids=["light", "dark"])
def test_text_is_legible_in_both_schemes(scheme: dict[str, str]) -> None:
    grounds = [scheme[name] for name in GROUNDS - {"mark"}]
    thin = {
        (name, ground): contrast(scheme[name], ground)
        for name, ground in itertools.product(scheme.keys() - GROUNDS - NOT_TEXT, grounds)
        if contrast(scheme[name], ground) < 4.5
    }
    assert not thin
    assert contrast(scheme["ink"], scheme["mark"]) >= 4.5


def test_every_colour_can_be_told_by_its_value() -> None:
    assert len(set(pages.LIGHT.values())) == len(pages.LIGHT) == len(pages.DARK)


def test_a_page_that_cannot_be_written_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot write to --html"):
        pages.write("", tmp_path / "not there" / "page.html", "--html")


def test_code_is_set_in_colour_and_escaped() -> None:
    assert pages.highlighted("x = a < 2  # <b>").count("&lt;") == 2


@pytest.mark.parametrize(
    ("text", "shared"),
    [
        ("/home/ada/my data/mnist.npz", "mnist.npz"),
        ("/data", "data"),
        (
            "/c/mnist.npz, downloaded from https://host/a/mnist.npz",
            "mnist.npz, downloaded from https://host/a/mnist.npz",
        ),
        ("looked in /home/ada, /root/.keras/datasets, then stopped", "looked in ada, datasets, then stopped"),
        ("(/home/ada/x.npz) is not the published mnist: 1/2 of it", "(x.npz) is not the published mnist: 1/2 of it"),
        ("shards in ../data/many, or ./few", "shards in ../data/many, or ./few"),
    ],
)
def test_of_an_absolute_path_a_page_shows_the_name_only(
    text: str, shared: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"<p>{shared}</p>" in a_page(tmp_path, monkeypatch, "<p>{{ text | names_only }}</p>", text=text)


def test_what_comes_from_outside_is_made_harmless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    html = a_page(tmp_path, monkeypatch, "{{ name }}{{ name | upper }}", name="a\x1b\u202e")
    assert "a␛�A␛�" in html


def test_each_line_of_code_is_set_by_itself_and_a_part_of_it_marked() -> None:
    lines = pages.highlighted_lines("\n'''a\nb'''\nx = a < 2\n", {4: (4, 9)})
    plain = [re.sub("<[^>]*>", "", re.sub("<(/?)mark>", r"[\1", line)) for line in lines]
    assert [line.replace("[/[", "").replace("&#39;", "'") for line in plain] == [
        "",
        "'''a",
        "b'''",
        "x = [a &lt; 2[/",
        "",
    ]
