"""A network between a member and the hub that tests can cut, and let fall silent."""

import contextlib
import socket
import struct
import threading


class Cable:
    """Passes TCP connections on to the hub, wherever it listens at that moment."""

    def __init__(self, hub):
        self.hub = hub
        self.is_down = False
        self.pairs = []
        self.lock = threading.Lock()
        self.listener = socket.create_server(("localhost", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return f"wss://localhost:{self.listener.getsockname()[1]}/chat"

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            try:
                if self.is_down:
                    raise ConnectionRefusedError
                far = socket.create_connection(("localhost", self.hub.port))
            except OSError:
                self._reset(near)
                continue
            pair = Pair(near, far)
            with self.lock:
                self.pairs.append(pair)
            pair.start()

    def cut(self):
        """Ends all connections, at both ends at once."""
        with self.lock:
            pairs, self.pairs = self.pairs, []
        for pair in pairs:
            self._reset(pair.near)
            self._reset(pair.far)

    def silence(self, only_answers=False):
        """Lets nothing more through on the connections that are open; nobody is told."""
        with self.lock:
            for pair in self.pairs:
                pair.silent = {pair.far} if only_answers else {pair.near, pair.far}

    def close(self):
        self.listener.close()
        self.cut()

    @staticmethod
    def _reset(side):
        with contextlib.suppress(OSError):
            side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            # A reader in another thread keeps the descriptor busy: this wakes it.
            side.shutdown(socket.SHUT_RDWR)
        side.close()


class Pair:
    """One connection from the member, and the one to the hub that it is passed on to."""

    def __init__(self, near, far):
        self.near, self.far = near, far
        # The sides of whom nothing is heard at the other.
        self.silent = set()

    def start(self):
        for source, target in ((self.near, self.far), (self.far, self.near)):
            threading.Thread(target=self._pass, args=[source, target], daemon=True).start()

    def _pass(self, source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if source not in self.silent:
                    target.sendall(data)
        if source not in self.silent:
            with contextlib.suppress(OSError):
                target.shutdown(socket.SHUT_WR)
