"""The look and the voice by their numbers: contrast, reading grade, forbidden words, size."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from portal.web.colour import (
    AA_TEXT,
    DARK_SURFACES,
    LIGHT_SURFACES,
    accent_problem,
    contrast,
    theme_css,
)
from portal.web.filters import tied
from tests.reading_grade import reading_grade

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "portal" / "templates"
CSS = ROOT / "portal" / "static" / "css" / "kindbill.css"
PATIENT_PAGES = sorted(
    path for path in TEMPLATES.rglob("*.html") if path.parent.name not in {"components", "layouts"}
)
COMFORT, LINE = 7.0, 3.0
GRADE = 8.0
WORDS_A_SENTENCE = 20
ENOUGH_TEXT = 40  # words; a formula for grades says nothing about less
FORBIDDEN = (
    "contractual allowance",
    "adjudicat",
    "past due",
    "patient responsibility",
    "remittance",
    "delinquent",
    "failure to",
    "immediately",
    "collections",
    "obligation",
    "pr-1",
)


def tokens(mode: str) -> dict[str, str]:
    source = (ROOT / "styles" / "_tokens.scss").read_text()
    block = re.search(rf"@mixin {mode}-tokens \{{(.*?)\n\}}", source, re.DOTALL)
    assert block
    return dict(re.findall(r"--kb-([a-z-]+): (#[0-9a-f]{6});", block[1]))


MODES = {mode: tokens(mode) for mode in ("light", "dark")}
SURFACES = ("paper", "card", "mist")
TEXT = [
    *[("ink", surface, COMFORT) for surface in (*SURFACES, "amber-bg", "brick-bg")],
    *[("soft", surface, AA_TEXT) for surface in SURFACES],
    *[(pine, surface, AA_TEXT) for pine in ("pine", "pine-deep") for surface in SURFACES],
    ("on-pine", "pine", AA_TEXT),
    ("on-pine", "pine-deep", AA_TEXT),
    ("amber", "amber-bg", AA_TEXT),
    *[("brick", surface, AA_TEXT) for surface in ("brick-bg", "card", "paper")],
    *[("line", surface, LINE) for surface in ("paper", "card", "mist")],
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("front", "back", "least"), TEXT)
def test_A11Y_3_every_pair_of_tokens_can_be_read(
    mode: str, front: str, back: str, least: float
) -> None:
    found = contrast(MODES[mode][front], MODES[mode][back])
    assert found >= least, f"{front} on {back} in {mode}: {found:.2f}, needs {least}"


def test_the_accent_is_checked_against_the_same_surfaces() -> None:
    assert tuple(MODES["light"][name] for name in SURFACES) == LIGHT_SURFACES
    assert tuple(MODES["dark"][name] for name in SURFACES) == DARK_SURFACES


def test_contrast_agrees_with_the_standards_own_example() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


@given(st.integers(min_value=0, max_value=0xFFFFFF))
def test_any_accent_ends_readable_in_light_and_dark(number: int) -> None:
    accent = f"#{number:06x}"
    light, dark = re.findall(r"--kb-pine:(#\w{6}).*?--kb-on-pine:(#\w{6})", theme_css(accent))
    for (pine, on_pine), surfaces in ((light, LIGHT_SURFACES), (dark, DARK_SURFACES)):
        assert min(contrast(pine, surface) for surface in surfaces) >= AA_TEXT
        assert contrast(on_pine, pine) >= AA_TEXT
    if accent_problem(accent) is None:
        assert light[0] == accent


def test_a_pale_or_misspelled_accent_is_refused_in_words() -> None:
    assert accent_problem("#14604F") is None
    assert "too pale" in str(accent_problem("#ffd54f"))
    assert "#14604F" in str(accent_problem("green"))


def test_the_stylesheet_is_small_and_says_what_its_sources_say() -> None:
    css = CSS.read_text()
    assert len(css.encode()) < 60_000
    for mode, values in MODES.items():
        for name, value in values.items():
            short = value if value != "#ffffff" else "(?:#fff|#ffffff)"
            assert re.search(rf"--kb-{name}:\s?{short}", css), f"{mode} {name}: run make css"
    assert "http:" not in css.replace("http://www.w3.org", "")


def words_of(path: Path) -> str:
    """What a template says to a person: tags and logic gone, each block its own sentence."""
    source = re.sub(r"\{#.*?#\}", " ", path.read_text(), flags=re.DOTALL)
    said = re.findall(r'(?:lead|page_header\(|disclosure\()[=]?"([^"]+)"', source)
    source = re.sub(r"\{%.*?%\}", " ", source, flags=re.DOTALL)
    source = re.sub(r"\{\{.*?\}\}", "X", source, flags=re.DOTALL)
    source = re.sub(r"</(p|li|dd|dt|h1|h2|h3|a|span|button|label|summary)>", ". ", source)
    text = " ".join([re.sub(r"<[^>]+>", " ", source), *(f"{s}." for s in said)])
    return re.sub(r"\s*\.(\s*\.)+", ".", re.sub(r"\s+", " ", text))


@pytest.mark.parametrize("path", PATIENT_PAGES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_STMT_15_no_template_uses_a_forbidden_word(path: Path) -> None:
    text = words_of(path).lower()
    assert [word for word in FORBIDDEN if word in text] == []
    assert "!" not in text, "no exclamation marks"


@pytest.mark.parametrize("path", PATIENT_PAGES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_STMT_14_a_page_reads_at_grade_eight_or_below(path: Path) -> None:
    text = words_of(path)
    sentences = [s.split() for s in re.split(r"[.?:]", text) if s.strip()]
    count = sum(len(s) for s in sentences)
    if count < ENOUGH_TEXT:
        return
    assert count / len(sentences) <= WORDS_A_SENTENCE
    assert reading_grade(text) <= GRADE


def test_no_template_carries_style_or_script_and_every_icon_exists() -> None:
    sprite = (ROOT / "portal" / "static" / "icons" / "sprite.svg").read_text()
    known = set(re.findall(r'symbol id="([^"]+)"', sprite))
    for path in [*TEMPLATES.rglob("*.html"), *(ROOT / "staff_admin").rglob("*.html")]:
        source = path.read_text()
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"", source), path
        for name in re.findall(r'\bicon\("([^"]+)"\)', source):
            assert name in known, (
                f"{path.name} asks for icon {name}: add it to styles/make_icons.py"
            )


def test_fonts_come_with_their_licence() -> None:
    fonts = ROOT / "portal" / "static" / "fonts"
    assert "SIL OPEN FONT LICENSE" in (fonts / "OFL.txt").read_text()
    assert sum(path.stat().st_size for path in fonts.glob("*.woff2")) < 40_000


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("due December 12, 2026", "due December~12, 2026"),
        (
            "Call (614) 555-0100 or write",
            'Call <span class="nowrap">(614) 555-0100</span> or write',
        ),
        ("Monday to Friday, 8 am to 5 pm", "Monday to Friday, 8~am to 5~pm"),
        ("T. Sample (3316-8303)", 'T. Sample <span class="nowrap">(3316-8303)</span>'),
        ("at 8:00 AM", "at 8:00~AM"),
        ("Pay 5 pmts in May", "Pay 5 pmts in May"),
        ("Fish & Chips <b>", "Fish &amp; Chips &lt;b&gt;"),
    ],
)
def test_no_line_breaks_inside_a_date_a_time_or_a_phone_number(said: str, kept: str) -> None:
    assert tied(said) == kept.replace("~", "\N{NO-BREAK SPACE}")
    assert tied(Markup(escape(said))) == tied(said)  # what was safe is not escaped again
