#!/usr/bin/env python3
"""An independent check of an NDJSON export; it shares no code with the hub.

verify_export.py FILE VKEY   says "whole" with its extent, or the first line that is not; status 1 then

It follows docs/proofs.md and docs/record-format.md, with Python's standard library, `read_record.py`
for the tuples' encoding, and `cryptography` for Ed25519.
"""
import base64
import hashlib
import json
import pathlib
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Vectors"))
import read_record  # noqa: E402


class Bad(Exception):
    pass


class Tree:
    """The right edge of an RFC 6962 tree: the roots of its complete subtrees, the largest first."""

    def __init__(self, size, edge):
        if bin(size).count("1") != len(edge):
            raise Bad("the frontier is not that of %d events" % size)
        self.size, self.edge = size, edge

    def append(self, leaf):
        self.size += 1
        size = self.size
        while size % 2 == 0:
            leaf = node(self.edge.pop(), leaf)
            size //= 2
        self.edge.append(leaf)

    def root(self):
        root = self.edge[-1]
        for left in reversed(self.edge[:-1]):
            root = node(left, root)
        return root


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def open_note(note, vkeys):
    """The text of a C2SP signed note that one of the keys signed."""
    for vkey in vkeys:
        text = opened(note, vkey)
        if text is not None:
            return text
    raise Bad("the checkpoint is not signed by " + " or ".join(vkeys))


def opened(note, vkey):
    name, _, key = vkey.strip().split("+", 2)
    public = base64.b64decode(key, validate=True)
    key_id = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    for line in signatures.splitlines():
        dash, signer, signature = line.split(" ")
        raw = base64.b64decode(signature, validate=True)
        if (dash, signer, raw[:4]) == ("\u2014", name, key_id):
            Ed25519PublicKey.from_public_bytes(public[1:]).verify(raw[4:], text.encode())
            return text
    return None


class Export:
    def __init__(self, head, vkeys):
        if head["touchline_export"] != 1:
            raise Bad("an export of another version")
        self.origin = head["origin"]
        self.vkeys = [vkey for vkey in vkeys if vkey.split("+")[0] == self.origin]
        if not self.vkeys:
            raise Bad("the export is of " + self.origin)
        self.tree = Tree(head["after"], [bytes.fromhex(hash) for hash in head["frontier"]])
        self.log, self.signed, self.checkpoints = head["log"], 0, 0
        self.events, self.absent = 0, 0
        self.committed, self.parts, self.end = None, [], None

    def take(self, line):
        if self.end is not None:
            raise Bad("something stands behind the end")
        if "content" in line:
            return self.parts.append(self.content(line["content"]))
        self.settle()
        if "checkpoint" in line:
            return self.checkpoint(line["checkpoint"])
        if "end" in line:
            self.end = line["end"]
            if self.end != self.tree.size:
                raise Bad("the export should reach %d" % self.end)
            return
        if line.get("absent") is True:
            self.absent += 1
            leaf = bytes.fromhex(line["leaf"])
            if len(leaf) != 32:
                raise Bad("it has no leaf")
            return self.tree.append(leaf)
        if "event" in line:
            if list(line["event"]) != [name for name, _ in read_record.EVENT]:
                raise Bad("the event has other columns")
            raw = read_record.encode("event", line["event"])
        else:
            raw = bytes.fromhex(line["tuple"])
        fields = read_record.decode("event", raw)
        leaf = read_record.leaf(raw)
        if (fields["log"], fields["seq"]) != (self.log, self.tree.size + 1):
            raise Bad("event %d stands where %d belongs" % (fields["seq"], self.tree.size + 1))
        if line["leaf"] != leaf:
            raise Bad("event %d is not what its leaf says" % fields["seq"])
        self.events += 1
        self.committed = fields["content_hash"]
        self.tree.append(bytes.fromhex(leaf))

    def content(self, content):
        if content["seq"] != self.tree.size:
            raise Bad("content of %d stands behind %d" % (content["seq"], self.tree.size))
        body = content["text"].encode().hex() if "text" in content else content["body"]
        return {"part": content["part"], "salt": content["salt"], "body": body}

    def settle(self):
        if self.parts and read_record.content_hash(self.parts) != self.committed:
            raise Bad("the content of %d is not what it committed to" % self.tree.size)
        self.committed, self.parts = None, []

    def checkpoint(self, note):
        origin, size, root = open_note(note, self.vkeys).split("\n")[:3]
        if (origin, int(size)) != (self.origin, self.tree.size):
            raise Bad("a checkpoint of %s events of %s" % (size, origin))
        if base64.b64decode(root, validate=True) != self.tree.root():
            raise Bad("the events up to %s are not what was signed" % size)
        self.signed = self.tree.size
        self.checkpoints += 1


def verify(path, vkeys):
    """Checks an export by the log's keys, one a line."""
    export, number = None, 0
    try:
        with open(path, encoding="utf-8", newline="\n") as file:
            for number, text in enumerate(file, 1):
                line = json.loads(text)
                if export is None:
                    export = Export(line, vkeys.split())
                else:
                    export.take(line)
        if export is None or export.end is None:
            raise Bad("the last line is missing")
        if export.events + export.absent > 0 and export.checkpoints == 0:
            raise Bad("nothing of it is signed")
    except InvalidSignature:
        raise Bad("line %d: the signature does not fit" % number) from None
    except (Bad, read_record.Bad, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Bad("line %d: %s" % (number, error)) from None
    return export


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        found = verify(sys.argv[1], sys.argv[2])
    except Bad as bad:
        print(bad)
        sys.exit(1)
    print(
        "whole: %d events, %d absent, %d checkpoints, signed up to %d"
        % (found.events, found.absent, found.checkpoints, found.signed)
    )
