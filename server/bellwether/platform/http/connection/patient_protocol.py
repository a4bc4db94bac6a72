"""HTTP/1.1 with limits of time and size on what a client has still to send: uvicorn has none of its own.

A head must be whole within seconds, a body must come in faster than a bad line carries it. What trickles gets 408, a
head that is too large 431, what is no HTTP 400, each as a problem document and with the end of the connection.
"""

import asyncio
from functools import cache
from http import HTTPStatus
from typing import cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bellwether.platform.http.connection.one_write import OneWrite
from bellwether.platform.http.problem_documents import MEDIA_TYPE, document

HEAD_BYTES = 64 * 1024
HEAD_S = 10.0
BODY_S = 60.0
"""A body has this long, and a second more for each so many bytes that came:"""
BODY_BYTES_A_SECOND = 8_000
LINGER_S = 1.0
EMPTY_LINE = b"\r\n"
TITLES = {
    400: ("malformed_request", "The request is no HTTP/1.1: look at its head and at the sizes of its chunks"),
    408: ("request_timeout", "The request came in too slowly: send it again as a whole"),
    431: ("head_too_large", f"Address and headers may have {HEAD_BYTES:,} bytes together: send less of them"),
}


class PatientProtocol(HttpToolsProtocol):
    """One connection. `_unread` is a request of which something is still to come."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Who says nothing at all is let go like a connection that is kept alive."""
        super().connection_made(cast(asyncio.Transport, OneWrite(transport, self.loop.call_soon)))
        self._is_whole, self._is_body, self._is_refused, self._is_next = True, False, False, False
        self._unread, self._began, self._blank = 0, 0.0, 0
        self._watch = self.loop.call_later(self.timeout_keep_alive, self.transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more to wait for."""
        self._watch.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser, then see whether something is still to come."""
        if self._is_refused or self._is_empty_line(data):
            return
        was_whole, self._is_whole, self._is_next = self._is_whole, False, False
        super().data_received(data)
        if self._is_refused:
            return
        if self._is_whole:
            self._watch.cancel()
            return
        if was_whole:
            self._watch.cancel()
            self._watch = self.loop.call_later(HEAD_S, self._look)
        # what began behind the end of another request has come with that one's bytes
        self._unread += 0 if self._is_next else len(data)
        if not self._is_body and self._unread > HEAD_BYTES:
            self._refuse(431)

    def _is_empty_line(self, data: bytes) -> bool:
        """Whether this is the one line end that a client may leave behind a request: it begins none (RFC 9112, 2.2)."""
        if not self._is_whole or data.strip(EMPTY_LINE) or self._blank + len(data) > len(EMPTY_LINE):
            return False
        self._blank += len(data)
        return True

    def on_message_begin(self) -> None:
        """The first letter of a request."""
        self._is_whole = self._is_body = False
        self._unread, self._began, self._blank = 0, self.loop.time(), 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._is_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._is_whole = self._is_next = True
        super().on_message_complete()

    def _look(self) -> None:
        """End what is too slow. What nobody has read yet is not the client's fault."""
        now = self.loop.time()
        allowed = BODY_S + self._unread / BODY_BYTES_A_SECOND if self._is_body else HEAD_S
        if self.flow.read_paused:
            self._began = now
        if self._began + allowed <= now:
            self._refuse(408)
        else:
            self._watch = self.loop.call_at(self._began + allowed, self._look)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        """What is no HTTP; uvicorn calls it, with a text of its own."""
        self._refuse(400)

    def _refuse(self, status: int) -> None:
        """A problem document, unless an answer has begun, and the end of the connection.

        What is on its way still is taken and thrown away: closing before would take the answer back.
        """
        if self._is_refused or self.transport.is_closing():
            return
        self._is_refused = True
        self._watch.cancel()
        if not self._may_answer():
            self.transport.close()
            return
        self.transport.write(refusal(status))
        self.transport.write_eof()
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self._watch = self.loop.call_later(LINGER_S, self.transport.close)

    def _may_answer(self) -> bool:
        """Whether the next bytes from here would be the answer to this request."""
        if self.cycle is None or self.pipeline:
            return self.cycle is None
        return not self.cycle.response_started if self._is_body else self.cycle.response_complete


@cache
def refusal(status: int) -> bytes:
    """A whole answer."""
    code, title = TITLES[status]
    body = document(status, code, title, instance="")
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        f"content-type: {MEDIA_TYPE}",
        f"content-length: {len(body)}",
        "cache-control: no-store",
        "x-content-type-options: nosniff",
        "connection: close",
    )
    return "\r\n".join((*head, "", "")).encode() + body
