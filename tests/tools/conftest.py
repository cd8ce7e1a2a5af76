"""Tests of the tools import them as the Makefile runs them: from the folder tools/."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
