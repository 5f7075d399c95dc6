"""Words that the shipped policies stop or cut; they stand in `Policies/`."""

BLOCKED = "see you at casino"
REDACTED = "idiot"
