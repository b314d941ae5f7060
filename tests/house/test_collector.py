"""Each process of ours tunes the search for cycles once it has started."""

import subprocess
import sys

import pytest

from portal.collector import YOUNG_OBJECTS
from portal.config import CHECKOUT


def test_the_search_is_seldom_and_forgets_what_stands() -> None:
    code = (
        "import gc, portal.app, portal.collector as c; c.search_seldom();"
        "print(gc.get_threshold()[0], gc.get_freeze_count() > 50_000, gc.isenabled())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [str(YOUNG_OBJECTS), "True", "True"]


@pytest.mark.parametrize("file", ["wsgi.py", "portal/worker.py", "portal/cli.py"])
def test_web_worker_and_commands_call_it(file: str) -> None:
    lines = (CHECKOUT / file).read_text().splitlines()
    assert "search_seldom()" in [line.strip() for line in lines]
