"""Started inside QGIS by `qgis --code`: plays the journey once the window stands."""

import json
import os
import sys

sys.path.insert(0, json.loads(os.environ["DINAMIS_JOURNEY"])["tests"])

from journey.play import start
from journey.steps import STEPS, prepare

start(STEPS, prepare)
