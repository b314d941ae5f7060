"""`python -m portal COMMAND`: the commands are in cli.py, the worker's in worker.py."""

from portal.cli import main, run
from portal.worker import worker

if __name__ == "__main__":
    main.add_command(worker)
    run()
