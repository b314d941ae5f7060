"""`python -m portal COMMAND`: every command is in cli.py."""

from portal.cli import run

if __name__ == "__main__":
    run()
