"""Runs every benchmark, repeats what it prints, and writes docs/performance.md."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
PAGE = CHECKOUT / "docs" / "performance.md"
BENCHMARKS = (
    "parse_835",
    "post_835",
    "import_837",
    "statement_pdf",
    "patient_pages",
    "serve_pages",
    "demo_start",
)
HEAD = """# Figures

`make bench` takes every figure beside a peer, in the same run on the same machine, and writes this page. Absolute
figures say as much about the machine as about Kindbill; the ratio (ours by the peer's) travels better. This run:
{cores} cores, Python {python}; a busy machine lowers every figure. Nothing here is ever asserted in a test.

| what | Kindbill | peer | peer's figure | ratio | goal |
|---|--:|---|--:|--:|--:|
"""
NOTES = """
## How they are taken

- **835 parse and check**: 10,000 generated claims of one to three lines; every claim and set equation is checked. A
  plain split makes strings and understands nothing. pyx12's context reader and edi-835-parser walk 500 claims.
- **835 post**: 2,500 claims in five payments, from bytes to the committed ledger: matched, judged, posted in double
  entry. COPY writes the very same rows into tables with the same checks and indexes, but without foreign keys and
  triggers, on the same embedded PostgreSQL. Beside the ratio we aim at 2,000 claims/s.
- **837P import**: 1,000 claims with as many new patients, committed. The peer only reads.
- **Statement PDFs**: one statement of four visits printed as tagged PDF/UA-1 on one core, from its stored content.
  The peer prints the same words as HTML tables with plain styles and no tags. We aim at 40 a second. A
  mailed statement is printed once; the patient's own copy, without the code, when somebody first asks for it.
- **Pages**: signed in, everything included (session, access check, audit row, template), through WSGI in one process.
  The peer is a Flask view with one SELECT through the same pool and nothing else.
- **Overview over gunicorn**: the same page over real sockets, as `serve` runs it, from eight kept connections; granian
  gets as many processes and threads, and fits less well for other reasons (docs/adr/0010).
- **Demo**: from the command until it answers, packages installed. Smaller is better there.

Ours and the peer run by turns, three or five times, so that a busy moment of the machine meets both; the median counts.

## What falls short, and why

Processor times, taken on 2026-11-25 by cProfile, by the database's own `EXPLAIN ANALYZE` and by a clock around each statement.

- **835 against a plain split.** A claim takes 9 microseconds (it took 23), a plain split of it 2. Cutting the file into
  segments and sets takes 3 of them and the equations 1. The other 5 make the claim, its lines and its patient, and put
  what seventeen segments say into them. Half of a plain split would leave 4 for everything: that is not in reach
  of Python that also understands the file. The other readers of the table, one of them in Rust, check no equation.
- **835 post against COPY.** A claim took 0.50 ms of our processor time and takes 0.28; a third of the old figure was Python
  searching for reference cycles. Of the database's 0.8 s for 2,500 claims, 0.49 s checks that the seven things which
  each of 20,000 postings names exist, one by one, and 0.25 s writes six indexes. COPY of the peer checks none of
  it. These references are what keeps the ledger honest; we keep them.
- **Pages against a bare view.** Each page is behind a session, an access check, a balance from the ledger and an
  audit row that is on disk before the page goes out. The overview asks 14 questions in five transactions (it was 15 in six, with
  six more whether the connection lives, and three to make a reader read-only); the bare view asks one. It takes 12 ms of the
  app's processor time (17 before) and 9 of the database's, the bare view 0.5 and 0.1. Planning these
  questions took four times as long as running them: the driver forgot its prepared statements upon the rollback that ended
  each reader. Readers now commit, and the database keeps the plans.
- **PDFs.** Nine tenths are the layout of three pages in typst. The tags cost nothing, the square code a twentieth; it is drawn once now.
"""


def main() -> None:
    lines = [line for name in BENCHMARKS for line in _run(name)]
    head = HEAD.format(cores=os.cpu_count(), python=platform.python_version())
    PAGE.write_text(head + "".join(_row(line) for line in lines) + NOTES)


def _run(name: str) -> list[dict[str, Any]]:
    """In a process of its own, so that no benchmark warms up the next."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}"],
        cwd=CHECKOUT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    print(done.stdout, end="", flush=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _row(line: dict[str, Any]) -> str:
    unit, goal = line["unit"], line.get("goal")
    cells = (
        line["name"],
        f"{line['value']:,g} {unit}",
        line["peer"],
        f"{line['peer_value']:,g} {unit}",
        f"{line['ratio']:,g}",
        "" if goal is None else f"{goal:,g}",
    )
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    main()
