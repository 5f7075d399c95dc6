"""Tokens signed with the development issuer's key, right and wrong ones."""

import base64
import hmac
import json
import pathlib
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def parts(token):
    """Header and claims of a compact JWS."""
    head, claims, _ = token.split(".")
    return decode(head), decode(claims)


def mint(hub, role="coach", /, key=None, head=None, **changes):
    """The hub's own token of a role with claims changed (None drops one), signed anew."""
    header, claims = parts(hub.token(role))
    header |= head or {}
    now = int(time.time())
    claims |= {"iat": now, "exp": now + 600} | changes
    claims = {name: value for name, value in claims.items() if value is not None}
    claims.pop("nbf", None) if "nbf" not in changes else None
    key = key or serialization.load_pem_private_key(
        pathlib.Path(hub.info["signing_key"]).read_bytes(), None
    )
    return sign_es256(claims, None, key, header)


def sign_es256(claims, kid, key, header=None):
    text = signed_text(header or {"alg": "ES256", "kid": kid}, claims)
    r, s = decode_dss_signature(key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{text}.{encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def jwk(key, kid):
    """The public half of an ES256 key."""
    numbers = key.public_key().public_numbers()
    coordinates = {
        name: encode(value.to_bytes(32, "big"))
        for name, value in (("x", numbers.x), ("y", numbers.y))
    }
    return {"kty": "EC", "crv": "P-256", "kid": kid, "alg": "ES256", **coordinates}


def sign_hs256(claims, kid, secret):
    text = signed_text({"alg": "HS256", "kid": kid}, claims)
    return f"{text}.{encode(hmac.digest(secret, text.encode(), 'sha256'))}"


def signed_text(header, claims):
    return f"{encode(json.dumps(header).encode())}.{encode(json.dumps(claims).encode())}"


def stranger():
    """A key that the hub does not know."""
    return ec.generate_private_key(ec.SECP256R1())


def expired(hub):
    now = int(time.time())
    return mint(hub, iat=now - 7200, exp=now - 3600)
