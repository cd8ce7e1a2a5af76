"""The DINAMIS service: catalogue, signing, quotas and image requests."""

__version__ = "0.1.0"
