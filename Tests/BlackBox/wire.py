"""Bytes on the wire, for what no well-behaved client sends."""

import base64
import json
import os
import socket
import struct

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
SECONDS_MAX = 15


def frame(opcode, payload=b"", fin=True, rsv=0, masked=True, mask=b"\x0b\xad\xca\xfe"):
    """A frame as a client sends it (RFC 6455, section 5.2)."""
    head = bytes([fin << 7 | rsv << 4 | opcode])
    bit = 0x80 if masked else 0
    if len(payload) < 126:
        head += bytes([bit | len(payload)])
    elif len(payload) < 1 << 16:
        head += struct.pack(">BH", bit | 126, len(payload))
    else:
        head += struct.pack(">BQ", bit | 127, len(payload))
    if not masked:
        return head + payload
    return head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


def head(hub, method="GET", path=None, version="HTTP/1.1", drop=(), **changes):
    """The opening handshake's head; a header is replaced, repeated (a list) or dropped by name."""
    headers = {
        "Host": hub.host,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Protocol": "touchline.v1",
        "Authorization": f"Bearer {hub.token()}",
    }
    headers |= {name.replace("_", "-"): value for name, value in changes.items()}
    lines = [f"{method} {path or hub.path} {version}"]
    for name, value in headers.items():
        if name in drop:
            continue
        lines += [f"{name}: {one}" for one in (value if isinstance(value, list) else [value])]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class Wire:
    """A connection to the hub, read as HTTP once and as frames after that."""

    def __init__(self, hub):
        plain = socket.create_connection(("127.0.0.1", hub.port), SECONDS_MAX)
        tls = hub.tls()
        self.socket = tls.wrap_socket(plain, server_hostname="localhost") if tls else plain
        self.rest = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def _more(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        self.rest += data
        return bool(data)

    def answer(self):
        """Status, headers by lower-case name, and the body of the answer to a handshake."""
        while b"\r\n\r\n" not in self.rest:
            assert self._more(), f"closed without an answer: {self.rest!r}"
        top, self.rest = self.rest.split(b"\r\n\r\n", 1)
        first, *lines = top.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (l.partition(":") for l in lines)}
        length = int(headers.get("content-length", 0))
        while len(self.rest) < length:
            assert self._more(), "closed within the body"
        body, self.rest = self.rest[:length], self.rest[length:]
        return int(first.split()[1]), headers, body

    def is_closed(self):
        """Whether the hub ends the connection, with nothing more said."""
        while self._more():
            pass
        return self.rest == b""

    def open(self, hub):
        """Shakes hands and returns the welcome."""
        self.send(head(hub))
        status, _, body = self.answer()
        assert status == 101, body
        return json.loads(self.read()[1])

    def read(self):
        """Opcode and payload of the next frame; None at the end."""
        while len(self.rest) < 2 or len(self.rest) < self._frame_length():
            if not self._more():
                return None
        length = self._frame_length()
        data, self.rest = self.rest[:length], self.rest[length:]
        return data[0] & 0x0F, data[self._head_length(data):]

    def close_code(self):
        """Reads on to the hub's close frame, and returns its code."""
        while got := self.read():
            if got[0] == CLOSE:
                return struct.unpack(">H", got[1][:2])[0] if got[1] else None
        return None

    @staticmethod
    def _head_length(data):
        return {126: 4, 127: 10}.get(data[1] & 0x7F, 2)

    def _frame_length(self):
        head = self._head_length(self.rest)
        if len(self.rest) < head:
            return head
        short = self.rest[1] & 0x7F
        if short == 126:
            return head + struct.unpack(">H", self.rest[2:4])[0]
        if short == 127:
            return head + struct.unpack(">Q", self.rest[2:10])[0]
        return head + short
