"""Signing of object URLs, field for field as the published clients expect it."""
