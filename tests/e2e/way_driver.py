"""Started inside QGIS by `qgis --code`: signs a new member in and adds their first image."""

import json
import os
import sys

sys.path.insert(0, json.loads(os.environ["DINAMIS_JOURNEY"])["tests"])

from journey.play import start
from journey.steps import prepare
from journey.way import STEPS

start(STEPS, prepare)
