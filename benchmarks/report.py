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
    "card_reading",
    "patient_pages",
    "serve_pages",
    "draft_run",
    "free_times",
    "staff_search",
    "worklists",
    "reports",
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
- **Cards**: insurance cards drawn by a generator in invented payers' layouts, photographed (turned, tilted, shaded, noisy,
  squeezed), cleaned and read as in use. Exact means that member id and group are both right, or that a group which the card lacks stayed
  absent. 60 fair pictures of eleven layouts that the reader was made with; 20 of three layouts, partly with other labels, that it was not
  tuned on; 20 poor pictures (dark, shaken, far off, a lamp on the card) that should be taken again. Seconds are processor
  time, the median of the 60, both sides where there are two.
- **Pages**: signed in, everything included (session, access check, audit row, template), through WSGI in one process.
  The peer is a Flask view with one SELECT through the same pool and nothing else.
- **Overview over gunicorn**: the same page over real sockets, as `serve` runs it, from eight kept connections; granian
  gets as many processes and threads, and fits less well for other reasons (docs/adr/0010).
- **Reports**: three years of a practice with a million charges (400,000 visits, 8 million postings), laid by SQL. Each report is
  read as of the last day, and two of a day eight months before; the median of five. Adding up beforehand is told apart: it
  reads the whole ledger once, and from then on only what moved. The loop reads the entries of 300 accounts one after another
  and adds them up line by line, as a page for each account would; its time is told for all 100,000.
- **Staff search**: a million accounts with a patient, visit and claim each, a quarter with a check at the desk, half with a card payment;
  the commonest last name is borne by one in 120. Eleven kinds of terms, 15 times each. The peer reads every row for the letters.
- **Worklists**: the same practice with 200,000 items of work on its claims, one in six of them open, and five kept views; each list and filter
  of the queue as a manager opens it, page 40, the figures of an open page, and an item with the one after it.
- **Drafts**: 1,000 accounts with a saved card whose draft is due today, eight jobs, four worker processes; the receipts' e-mails are sent
  meanwhile. When half are drawn one worker is killed by SIGKILL; the rate counts until the living have no more. Then the
  lease of the dead lapses, its drafts are drawn, and the run fails unless the card company's own totals say every draft once and
  I1 to I10 hold. The peer sends as many requests from four threads and keeps no books. `python -m benchmarks.draft_run --all` draws 10,000.
- **Free times**: 20 providers at two places, 31,200 starts of 20 minutes over 90 days and a change of clocks, half of them booked, each with a
  room; one search for all of them, and one for the first forty, 41 times each. The peer asks the database once for each of 3,000 starts, for provider
  and holidays alone, and looks for no room. Seconds are better smaller. Six queries, however many days and providers; a test holds it.
- **Demo**: from the command until it answers, packages installed. Smaller is better there.

Ours and the peer run by turns, three or five times, so that a busy moment of the machine meets both; the median counts.

## What falls short, and why

This machine is up to a third slower by turns, and ratios move by a tenth with it: PDFs measured 9.9, 10.3, 10.8 and 11.9 times WeasyPrint
(38 to 56 a second) in four runs of 2026-11-26.

Processor times, taken on 2026-11-25 and 26 by cProfile, by sampling, by the database's own `EXPLAIN ANALYZE` and by a clock around each statement.

- **835 against a plain split.** A claim takes 9 microseconds (it took 23), a plain split of it 2. Cutting the file into
  segments and sets takes 3 of them and the equations 1. The other 5 make the claim, its lines and its patient, and put
  what seventeen segments say into them. Half of a plain split would leave 4 for everything: that is not in reach
  of Python that also understands the file. The other readers of the table, one of them in Rust, check no equation.
- **835 post against COPY.** A claim took 0.50 ms of our processor time and takes 0.28; a third of the old figure was Python
  searching for reference cycles. Half of what is left judges the claim, a fifth makes small frozen values (each amount is one),
  a sixth writes; no single place is large any more. Empty arrays now go into COPY as words, and an entry whose day
  is open is no longer built and balanced twice: a few hundredths. Of the database's 0.8 s for 2,500 claims, 0.49 s checks
  that the seven things which each of 20,000 postings names exist, one by one, and 0.25 s writes six indexes. COPY of the
  peer checks none of it. These references are what keeps the ledger honest; we keep them.
  Contracts, compared as decisions post, and the answers' changes that reports follow cost less than a busy machine varies: by turns
  0.112 and 0.126 of COPY before either, 0.13 and 0.064 with the first, 0.108, 0.123 and 0.07 with both.
- **Pages against a bare view.** Each page is behind a session, an access check, a balance from the ledger and an
  audit row that is on disk before the page goes out. The overview asks 12 questions in three transactions (it was 16 in six),
  the statement 7 in three (10 in six); the bare view asks one. On one busy machine, before and after by turns, the overview took
  13 ms of the app's processor time and takes 8, and 6 of the database's and takes 2.7; the statement 13 and takes 9,
  and 4.4 and takes 1.8; the bare view 0.7 and 0.1. What it was, by the clock of each step on a quieter machine:
  - A page built each question anew in Python, 0.1 to 0.5 ms each. They are built once: 2 ms of the overview, 1 of the statement.
  - The database planned three of them anew at each run, since it takes an array that it can count for cheaper than one that it
    cannot. Few ids hide in a subselect now: the conditions went from 0.83 ms to 0.10, the visits' facts from 0.65 to 0.13.
  - The sign-in library read its user on every page, and ended that by a rollback, upon which the driver forgets its
    prepared statements. It is read where it is asked for. The session's question reads practice and unread answers too.
  - Components were imported with context, which makes each anew for a page: about half a millisecond. Most need none.
  - What remains is spread thin. Of the statement's, a third is its template (170 calls of macros, 700 escaped words) and a third
    all its questions, the session's and the audit row's among them (0.06 ms and more each through SQLAlchemy, 0.014 in the
    driver alone). A quarter of a bare view is not in reach of a page that asks a dozen questions and writes to disk.
- **Cards.** On the fair pictures and on the held-out layouts every field of every card was right and nothing was invented
  (member id 60/60 and 20/20, group 48/48 and 19/19); the slowest card of two sides took 2.1 s. These cards are drawn by the same hand
  that made the reader, in eight typefaces and without embossing, logos or fingers: real cards will read worse. On the poor
  pictures member id was right on 7 of 20, group on 6 of 16, payer on 13 of 18, subscriber on 5 of 20, plan on 6 of 11, Rx BIN, PCN and group
  on 4, 5 and 10 of 13, copays on 9 of 48. Nothing was found for a field that the card does not have; but a letter may be misread
  with confidence, so a person confirms each field. Most poor pictures get advice to take them again before they are read.
- **Drafts against the bare client.** A draft takes 24 ms of our processor time: the claim with the gate, the balance and everything that could
  forbid it 6, the request 7, the entry with its receipt and audit row 11. The peer does the request alone, a quarter of it. Ten thousand (`--all`), on
  a quiet machine: 69 drafts/s by four workers, 0.14 of the peer.
- **Free times.** A search for all 31,200 starts takes 0.16 s of our processor time, a third of it the rows of what is booked; the page's figures
  were taken while four other programs had the two cores, and p95 is what such a machine does to it. The first forty cost nearly as much in rows,
  because the six questions are asked for the whole time at once; two rounds of questions would be quicker for a page and break the budget of six.
- **Reports' first page.** It looked at every answer of a payer one by one, and so did the KPIs of claims: 2.1 and 2.4 s on a quiet
  machine. First answers and the lines of each remittance are kept now. The two figures of the table were taken while seven other
  programs had the two cores; the old code, by turns with it on the same rows, took 4.7 and 4.8 s. What is left of the first page is the ageing.
- **Worklists.** Each page counted every list over all items, the closed ones too, and a kept view by payer or age first sought all such claims.
  While ten programs had the two cores the queue took 3.2 s, its unpaid claims 3.6, its closed items 4.0 and the figures of an open page 2.7;
  with twelve, after three partial indexes and one look at each open item, 0.64, 0.77, 0.36 and 0.22. The table's p95 were taken on the same
  busy machine, and 0.3 s are not reached there; half of what is left counts the patients whose bills hang on a view's items.
- **Contract variance.** Its two tables joined every line of a year with its visit, twice: 2.2 to 3.1 s on that machine, 0.65 in one look.
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
