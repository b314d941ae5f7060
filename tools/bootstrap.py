"""Make the checkout's own environment in `.venv`: packages by uv if it is there, else by pip.

    python3 tools/bootstrap.py [dev]

Needs Python 3.11 or newer and nothing else. A second call with unchanged requirements returns at once.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
OLDEST = (3, 11)
CANDIDATES = ("python3.13", "python3.12", "python3.11", "python3.14")


def main() -> None:
    """Create what is missing, install what changed."""
    if sys.version_info < OLDEST:
        restart_with_newer_python()
    wanted = ["requirements-dev.txt"] if "dev" in sys.argv[1:] else ["requirements.txt"]
    if not PYTHON.exists():
        print("Making .venv ...", flush=True)
        venv.create(ENVIRONMENT, with_pip=shutil.which("uv") is None, clear=True)
    for name in wanted:
        install(ROOT / name)


def restart_with_newer_python() -> None:
    """Hand over to a newer interpreter of this machine, or say what is missing."""
    for name in CANDIDATES:
        newer = shutil.which(name)
        if newer and subprocess.run([newer, "-c", ""], check=False).returncode == 0:
            os.execv(newer, [newer, *sys.argv])
    raise SystemExit(
        f"Kindbill needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {sys.version}"
    )


def install(requirements: Path) -> None:
    """Install one pinned list, unless the same list was installed before."""
    content = requirements.read_bytes() + (ROOT / "requirements.txt").read_bytes()
    stamp = ENVIRONMENT / f".installed-{requirements.stem}"
    digest = hashlib.sha256(content).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    print(f"Installing {requirements.name} ...", flush=True)
    uv = shutil.which("uv")
    command = (
        [uv, "pip", "install", "--quiet", "--python", str(PYTHON)]
        if uv
        else [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    )
    subprocess.run([*command, "--requirement", str(requirements)], check=True, cwd=ROOT)
    stamp.write_text(digest)


if __name__ == "__main__":
    main()
