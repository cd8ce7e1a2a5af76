"""HTTP whose questions with a body are not held up by 40 ms.

Clients made with Qt, QGIS among them, send the head of a request and its body apart and let the second wait
until the first is acknowledged (Nagle's algorithm); Linux acknowledges after 40 ms what it does not answer.
"""

from __future__ import annotations

import socket

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

_QUICK_ACK: int | None = getattr(socket, "TCP_QUICKACK", None)
"""Linux has it; other systems acknowledge by rules of their own."""


class PromptAcks(H11Protocol):
    """HTTP/1.1 of uvicorn that acknowledges at once what came while the rest of a request is missing."""

    def data_received(self, data: bytes) -> None:
        """Take what came; the kernel forgets the option by itself, so that it is said each time."""
        super().data_received(data)
        if self.conn.their_state is h11.SEND_BODY:
            self._acknowledge()

    def _acknowledge(self) -> None:
        connection = self.transport.get_extra_info("socket")
        if _QUICK_ACK is None or connection is None or self.transport.is_closing():
            return
        if connection.family in {socket.AF_INET, socket.AF_INET6}:
            connection.setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 1)
