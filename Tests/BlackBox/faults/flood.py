"""Members who send as fast as they can, and what the hub's memory makes of it."""

import contextlib
import json
import socket
import threading
import time

from wire import TEXT, Wire, frame, head


class Flood:
    """Connections that send one message again and again, each to a channel of its own, and read
    whatever comes."""

    def __init__(self, hub, connections=12):
        self.hub, self.sent, self.over = hub, 0, threading.Event()
        self.threads, self.wires, self.peaks = [], [], []
        for number in range(connections):
            wire = Wire(hub)
            wire.send(head(hub, Authorization=f"Bearer {hub.token(f'flood-{number}')}"))
            assert wire.answer()[0] == 101
            wire.send(request(type="join", id="j", channel=channel(number)))
            self.wires.append(wire)
            self._thread(self._read, wire)

    def start(self, text_bytes=4000):
        for number, wire in enumerate(self.wires):
            body = {"text": "x" * text_bytes}
            message = request(type="message", id="m", channel=channel(number), body=body)
            self._thread(self._write, wire, message * 8)
        self._thread(self._watch)

    def _thread(self, run, *arguments):
        self.threads.append(threading.Thread(target=run, args=arguments, daemon=True))
        self.threads[-1].start()

    def _write(self, wire, messages):
        try:
            while not self.over.is_set():
                wire.socket.sendall(messages)
                self.sent += 8
        except OSError:
            pass

    def _read(self, wire):
        try:
            while not self.over.is_set() and wire.socket.recv(1 << 20):
                pass
        except OSError:
            pass

    def _watch(self):
        while not self.over.wait(0.1):
            self.peaks.append(resident_bytes(self.hub))

    def stop(self):
        self.over.set()
        for wire in self.wires:
            with contextlib.suppress(OSError):
                # Wakes who waits in it, as to close it would not.
                wire.socket.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join(30)
        for wire in self.wires:
            wire.socket.close()


def request(**fields):
    return frame(TEXT, json.dumps(fields).encode())


def channel(number):
    return f"club:flood-{number}:u14"


def resident_bytes(hub):
    """What the hub's process has in memory."""
    with open(f"/proc/{hub.process.pid}/status") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) << 10
    raise AssertionError("no VmRSS")


def flooded(hub, seconds, report, begin, end):
    """Floods a hub that suffers from a fault, and looks at its memory."""
    flood = Flood(hub)
    before = resident_bytes(hub)
    begin()
    try:
        flood.start()
        time.sleep(seconds)
    finally:
        flood.stop()
        end()
    half = len(flood.peaks) // 2
    first, second = max(flood.peaks[:half]), max(flood.peaks[half:])
    report(f"{flood.sent} messages sent, memory {before >> 20} -> {max(first, second) >> 20} MiB")
    assert flood.sent > 1000
    # It has a bound, and doesn't creep towards it.
    assert max(first, second) < before + (200 << 20)
    assert second < first * 1.2 + (20 << 20), (first, second)
