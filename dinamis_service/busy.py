"""What a part of the service says that has too much to do already."""

from __future__ import annotations


class BusyError(Exception):
    """Too many wait for their turn; there may be room in `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"try again in {seconds} s")
        self.seconds = seconds
