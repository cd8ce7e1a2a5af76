"""The catalogue: STAC items and collections, how they are searched, and how they come in."""

import logging

# stac-fastapi warns about its own default titles when it is imported; ours are given in routes.mount
logging.getLogger("stac_fastapi.types.config").setLevel(logging.ERROR)
