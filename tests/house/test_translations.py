"""Every word of a page that speaks Spanish has its Spanish, and no word hides from the catalogue (LANG-3)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import nodes
from jinja2.ext import InternationalizationExtension
from jinja2.sandbox import SandboxedEnvironment

from portal.web.languages import SPEAKING
from tools import translations

TEMPLATES = translations.TEMPLATES
SHARED = ("layouts", "components", "errors")
# Staff's.
ENGLISH_YET = {"layouts/staff.html"}
FOLDERS = tuple(sorted(name for name in SPEAKING if name and (TEMPLATES / name).is_dir()))
SAID = re.compile(r"[A-Za-z]{2,}")
TAG = re.compile(r"""<[^>]*>|\b[\w-]+="[^"]*\"""")
WORDS_OF_TAGS = re.compile(r'\b(?:aria-label|alt|placeholder|title)="([^"]*)"')
PLACE = re.compile(r"%\((\w+)\)s")
PERSON = re.compile(r"\{who\}")
MARKUP = re.compile(r"</?\w+")
# The name of a style, and what only staff see on a page that both faces have.
LEFT = {"plain", "No way in? Ask whoever looks after the sign-ins of your practice."}


def test_LANG_3_the_catalogue_has_every_word_and_no_other() -> None:
    known = {message.id for message in translations.catalogue() if message.id}
    wanted = translations.collected()
    assert known == wanted, "run `make translations`"


def test_LANG_3_no_word_is_without_spanish() -> None:
    assert not translations.without_spanish(translations.catalogue())


def test_LANG_3_the_compiled_catalogue_is_the_written_one() -> None:
    compiled = translations.CATALOGUE.with_suffix(".mo").read_bytes()
    assert compiled == translations.compiled(translations.catalogue()), "run `make translations`"


def test_LANG_3_names_and_marks_are_the_same_in_both() -> None:
    for message in translations.catalogue():
        if message.id:
            for pattern in (PLACE, PERSON, MARKUP):
                ours, theirs = (
                    [sorted(pattern.findall(form)) for form in translations.forms(words)]
                    for words in (message.id, message.string)
                )
                assert ours == theirs, message.id


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_no_part_keeps_the_words_of_the_first_language_it_was_asked_in(path: Path) -> None:
    """What a part sets outside its macros is kept between requests, as a module's globals are."""
    source = path.read_text()
    if "{% extends" not in source and "{% macro" in source:
        outside = re.sub(r"{%-? macro.*?{%-? endmacro -?%}", "", source, flags=re.DOTALL)
        assert "_(" not in outside, "set words inside the macro that says them"


def speaking_templates() -> list[Path]:
    found = [path for name in (*FOLDERS, *SHARED) for path in (TEMPLATES / name).glob("*.html")]
    return [path for path in sorted(found) if str(path.relative_to(TEMPLATES)) not in ENGLISH_YET]


@pytest.mark.parametrize(
    "path", speaking_templates(), ids=lambda path: str(path.relative_to(TEMPLATES))
)
def test_LANG_3_no_word_of_a_template_hides_from_the_catalogue(path: Path) -> None:
    environment = SandboxedEnvironment(extensions=[InternationalizationExtension])
    tree = environment.parse(path.read_text())
    # A tag may begin in one piece and end in the next, with a value between them.
    text = "".join(
        data.data if isinstance(data, nodes.TemplateData) else "0"
        for output in tree.find_all(nodes.Output)
        for data in output.nodes
    )
    hidden = {
        words.strip()
        for piece in (TAG.sub(" ", text), *WORDS_OF_TAGS.findall(text))
        for words in piece.split("\n")
        if SAID.search(re.sub(r"&\w+;", "", words))
    } - LEFT
    assert not hidden, "wrap these in _() or trans"
