"""With this module ``python -m tinygrad_edu`` is the command tinygrad-edu."""

import sys

from .cli.parser import main

if __name__ == "__main__":
    sys.exit(main())
