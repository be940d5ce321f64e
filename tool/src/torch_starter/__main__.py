"""`python -m torch_starter`."""

import sys

from torch_starter.cli import main

sys.exit(main())
