"""Orbital elements that operators load, and the passes of the satellites that they tell (REQ-26)."""
