"""Quotas, tariffs and surfaces: what a request may take for nothing and what the rest costs."""
