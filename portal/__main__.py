"""`python -m portal COMMAND`: every command is in cli.py."""

from portal.cli import main

if __name__ == "__main__":
    main()
