"""`python -m terradesk` is the command `terradesk`."""

import sys

from terradesk.cli import main

if __name__ == "__main__":  # worker processes import this file again
    sys.exit(main())
