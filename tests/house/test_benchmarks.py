"""Every benchmark runs, in a tiny mode whose figures mean nothing, and says them in our form."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.report import BENCHMARKS, CHECKOUT
from portal.config import EMBEDDED

FORM = {"name", "value", "unit", "peer", "peer_value", "ratio"}
# It starts a whole demo; tests/browser does that with the same DemoRun.
STARTS_A_DEMO = "demo_start"
MAKES_ITS_DATABASE = "import_837"  # as each does in `make bench`; the others take the worker's


@pytest.mark.parametrize("name", [name for name in BENCHMARKS if name != STARTS_A_DEMO])
def test_benchmark_prints_one_json_object_a_line(name: str, database_url: str) -> None:
    # Elsewhere the application would sign in as the owner, whom `serve` refuses.
    takes_ours = EMBEDDED in database_url and name != MAKES_ITS_DATABASE
    given = ["--on", database_url] if takes_ours else []
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", "--tiny", *given],
        check=False,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines
    for line in lines:
        assert set(line) - {"goal"} == FORM
        assert line["value"] > 0
        assert line["peer"]


def test_every_benchmark_is_run_by_make_bench() -> None:
    with_main = {
        path.stem
        for path in (CHECKOUT / "benchmarks").glob("*.py")
        if "def main()" in path.read_text() and path.stem != "report"
    }
    assert with_main == set(BENCHMARKS)


def test_the_page_of_figures_names_no_machine() -> None:
    page = (CHECKOUT / "docs" / "performance.md").read_text()
    assert str(Path.home()) not in page
    assert "/tmp" not in page
