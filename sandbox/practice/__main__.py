"""`python -m sandbox.practice FOLDER`: write the invented practice's files."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from sandbox.practice.generate import SEED, invent_practice, write_practice

parser = argparse.ArgumentParser(prog="python -m sandbox.practice", description=__doc__)
parser.add_argument("folder", type=Path)
parser.add_argument("--today", type=date.fromisoformat, default=None)
parser.add_argument("--seed", type=int, default=SEED)
options = parser.parse_args()
practice = invent_practice(today=options.today or date.today(), seed=options.seed)
story = write_practice(practice, options.folder)
print(f"{len(practice.patients)} patients, {len(practice.visits)} visits in {options.folder}")
