"""The journey of issue 1, played inside QGIS through the real widgets.

Steps are generators: each `yield` gives the event loop back, so that the window lives on between two actions
and a dialog that a click opens can be used by the next action. See docs/development.md.
"""
