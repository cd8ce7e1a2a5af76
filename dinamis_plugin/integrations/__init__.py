"""Where QGIS offers a place of its own: drop handler, options, browser, processing."""
