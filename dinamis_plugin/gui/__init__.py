"""Widgets, models and map tools; they know the controllers and the domain only."""
