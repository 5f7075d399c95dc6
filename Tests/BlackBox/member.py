"""A member of the hub: Python's `websockets`, a client that no one here wrote."""

import collections
import itertools
import json
import threading
import time
import uuid

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

import protocol

PROTOCOL = "touchline.v1"
REPLY_SECONDS_MAX = 15


class Member:
    def __init__(self, hub, role="coach", token=None, by="header", origin=None, join=None):
        token = token or hub.token(role)
        offered, headers = [PROTOCOL], {}
        if by == "header":
            headers["Authorization"] = f"Bearer {token}"
        else:
            offered.append(f"bearer.touchline.{token}")
        self.ws = connect(
            hub.url,
            ssl=hub.tls(),
            subprotocols=offered,
            additional_headers=headers,
            origin=origin,
            compression=None,
            proxy=None,
            max_queue=None,
            close_timeout=5,
        )
        self.hub = hub
        self.ids = itertools.count(1)
        self.inbox = collections.deque()
        self.welcome = self.receive()
        assert self.welcome["type"] == "welcome", self.welcome
        if join:
            self.joined = self.join(join)
            assert self.joined.get("status") == "joined", self.joined

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ws.close()

    # Frames.

    def send(self, **fields):
        self.ws.send(json.dumps(fields))

    def receive(self, timeout=REPLY_SECONDS_MAX):
        """The next frame's JSON, which must be as the protocol's schema has it."""
        return protocol.read(self.ws.recv(timeout=timeout))

    def reply(self, id, timeout=REPLY_SECONDS_MAX):
        """The answer to a request; what comes before it goes to the inbox, answers to others too."""
        for frame in self.inbox:
            if frame["type"] in ("ack", "refused", "history") and frame["id"] == id:
                self.inbox.remove(frame)
                return frame
        deadline = time.monotonic() + timeout
        while True:
            frame = self.receive(max(0, deadline - time.monotonic()))
            if frame["type"] in ("ack", "refused", "history") and frame["id"] == id:
                return frame
            self.inbox.append(frame)

    def next(self, type, timeout=REPLY_SECONDS_MAX):
        """The next frame of a type; what comes before it stays in the inbox."""
        deadline = time.monotonic() + timeout
        passed = collections.deque()
        try:
            while True:
                frame = (
                    self.inbox.popleft()
                    if self.inbox
                    else self.receive(max(0, deadline - time.monotonic()))
                )
                if frame["type"] == type:
                    return frame
                passed.append(frame)
        finally:
            self.inbox.extendleft(reversed(passed))

    def next_message(self, timeout=REPLY_SECONDS_MAX):
        """The next message delivered to this member."""
        return self.next("message", timeout)

    def is_silent(self, seconds=0.5):
        """Whether no message arrives for a while."""
        try:
            self.next_message(seconds)
        except TimeoutError:
            return True
        return False

    # Requests.

    def request(self, type, **fields):
        id = f"r{next(self.ids)}"
        self.send(type=type, id=id, **fields)
        return self.reply(id)

    def join(self, channel=None):
        return self.request("join", channel=channel or self.hub.channel)

    def leave(self, channel=None):
        return self.request("leave", channel=channel or self.hub.channel)

    def say(self, text, channel=None, **fields):
        return self.request(
            "message", channel=channel or self.hub.channel, body={"text": text}, **fields
        )

    def raw(self, text):
        """Sends a text frame as it is, and returns the refusal that answers it."""
        self.ws.send(text)
        while (frame := self.receive())["type"] != "refused":
            self.inbox.append(frame)
        return frame

    def close_code(self, seconds=REPLY_SECONDS_MAX):
        """Reads until the hub closes, and returns the code it closed with."""
        deadline = time.monotonic() + seconds
        try:
            while True:
                self.inbox.append(self.receive(max(0, deadline - time.monotonic())))
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None


class Talker(threading.Thread):
    """A member who talks at a steady pace until told to stop, or until the hub is gone.

    `delivered` holds every message that reached it, `acked` what it sent and was told of, both as
    the hub wrote them; `refused` what it was refused. `sent` has each message's text by its id,
    which also makes its idempotency key (`key_of`). `close_code` is what the hub ended it with,
    `wrong` a message that the protocol does not have.
    """

    def __init__(self, hub, name, role="coach", per_second=8, channel=None):
        super().__init__(daemon=True)
        self.hub, self.name, self.role = hub, name, role
        self.per_second, self.channel = per_second, channel or hub.channel
        self.delivered, self.acked, self.refused, self.sent = [], [], [], {}
        self.over = threading.Event()
        self.failure = self.close_code = self.wrong = None

    def run(self):
        try:
            with Member(self.hub, self.role, join=self.channel) as member:
                reader = threading.Thread(target=self._read, args=[member], daemon=True)
                reader.start()
                count = 0
                while not self.over.wait(1 / self.per_second):
                    count += 1
                    id = f"{self.name}-{count}"
                    self.sent[id] = f"{self.name} says {count}"
                    member.send(
                        type="message", id=id, key=self.key_of(id), channel=self.channel,
                        body={"text": self.sent[id]},
                    )
                self._drain(count, reader)
                member.ws.close()
                reader.join(10)
        except (ConnectionClosed, OSError, EOFError, TimeoutError) as gone:
            self.failure = gone

    @staticmethod
    def key_of(id):
        return str(uuid.uuid5(uuid.NAMESPACE_OID, id))

    def _drain(self, count, reader, seconds=20):
        deadline = time.monotonic() + seconds
        while len(self.acked) + len(self.refused) < count and time.monotonic() < deadline:
            reader.join(0.02)
            if not reader.is_alive():
                return

    def _read(self, member):
        keep = {"message": self.delivered, "ack": self.acked, "refused": self.refused}
        try:
            for text in member.ws:
                frame = protocol.read(text)
                keep.get(frame["type"], []).append(frame)
            self.close_code = member.ws.close_code
        except AssertionError as wrong:
            self.wrong = wrong
        except (ConnectionClosed, OSError, EOFError):
            self.close_code = member.ws.close_code

    def finish(self):
        self.over.set()
        self.join(40)
        assert not self.is_alive(), f"{self.name} did not end"
        assert self.wrong is None, self.wrong
