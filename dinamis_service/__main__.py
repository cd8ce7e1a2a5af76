"""Run the command line from a checkout: `python -m dinamis_service`."""

import sys

from dinamis_service.cli import main

sys.exit(main())
