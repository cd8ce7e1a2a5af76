"""Started inside QGIS by `qgis --code`: downloads a large image, or goes on with what was interrupted."""

import json
import os
import sys

sys.path.insert(0, json.loads(os.environ["DINAMIS_JOURNEY"])["tests"])

from journey.interrupted import STEPS, prepare
from journey.play import start

start(STEPS, prepare)
