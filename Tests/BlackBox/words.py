"""Words that the shipped policies stop or cut; they stand in `Policies/`."""

BLOCKED = "add me on snapchat"
REDACTED = "idiot"
