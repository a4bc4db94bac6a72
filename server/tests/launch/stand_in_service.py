"""Stands in for a service: answers every request with what it was asked, from the standard library only."""

import json
import os
import signal
import socket
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Mirror(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def receive(self) -> int:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return len(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        total = 0
        while size := int(self.rfile.readline() or b"0", 16):
            total += len(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return total

    def answer(self) -> None:
        received = self.receive()
        if self.path.endswith("/stream"):
            return self.stream()
        if self.path.startswith("/slow"):
            time.sleep(1)
        if self.path.endswith("/breaks-off"):
            self.close_connection = True
            return
        body = json.dumps(
            {
                "name": sys.argv[2],
                "pid": os.getpid(),
                "path": self.path,
                "headers": dict(self.headers),
                "bytes": received,
            }
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def stream(self) -> None:
        """A line each second, for longer than a body may take."""
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        for _ in range(6):
            self.wfile.write(b"x\n")
            time.sleep(1)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

    def log_message(self, *words: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    def server_bind(self) -> None:
        if "SHARED_PORT" in os.environ:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        super().server_bind()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    Server(("127.0.0.1", int(sys.argv[1])), Mirror).serve_forever()
