"""Background work on QGIS's task manager."""
