"""Adapters to QGIS and Qt: network, credentials, settings, geometry, layers, log."""
