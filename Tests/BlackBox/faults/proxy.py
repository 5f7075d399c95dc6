"""A way to PostgreSQL that is cut at the worst moment: after COMMIT was carried out, before it is told."""

import pathlib
import socket
import tempfile
import threading

PORT = ".s.PGSQL.5432"


class Proxy:
    """A Unix socket in a folder of its own, for libpq's `host`."""

    def __init__(self, target):
        self.target = str(pathlib.Path(target) / PORT)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tl-proxy-", dir="/tmp"))
        self.cuts = 0
        self.cutting = False
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.folder / PORT))
        self.listener.listen(16)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.target)
            state = {"commit": False}
            for pair in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._pass, args=[*pair, state], daemon=True).start()

    def _pass(self, source, target, from_client, state):
        try:
            while data := source.recv(1 << 16):
                if from_client and self.cutting and b"commit\0" in data.lower():
                    state["commit"] = True
                elif not from_client and state["commit"]:
                    # PostgreSQL has answered: the transaction is there. The hub never learns it.
                    self.cuts += 1
                    break
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()

    def close(self):
        self.listener.close()
