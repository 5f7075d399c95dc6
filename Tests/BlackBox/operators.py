"""The operators' API as a script of theirs calls it; answers are checked against its own description."""

import functools
import json
import urllib.error
import urllib.parse
import urllib.request

from jsonschema import Draft202012Validator


class Operators:
    """Calls with one token."""

    def __init__(self, hub, token):
        self.base = hub.info["console"]
        self.token = token

    @functools.cached_property
    def description(self):
        with urllib.request.urlopen(f"{self.base}/openapi.json", timeout=10) as answer:
            return json.load(answer)

    def raw(self, method, path, body=None, token=None, **query):
        """Status and parsed body of a call."""
        query = {name: value for name, value in query.items() if value is not None}
        url = f"{self.base}/api/v1/{path}" + ("?" + urllib.parse.urlencode(query) if query else "")
        token = self.token if token is None else token
        request = urllib.request.Request(
            url,
            method=method,
            data=body if isinstance(body, bytes | None) else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token}"} if token else {},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def call(self, method, path, body=None, status=200, **query):
        """The body of a call that ends with a status, checked against the description."""
        found, answer = self.raw(method, path, body, **query)
        assert found == status, answer
        place = "record/{decision}" if path.startswith("record/") else path
        described = self.description["paths"][f"/api/v1/{place}"][method.lower()]["responses"]
        response = described[str(status)]
        if "$ref" in response:
            name = response["$ref"].rsplit("/", 1)[1]
            response = self.description["components"]["responses"][name]
        schema = response["content"]["application/json"]["schema"]
        Draft202012Validator(schema | {"components": self.description["components"]}).validate(answer)
        return answer

    def get(self, path, **query):
        return self.call("GET", path, **query)

    def post(self, path, **body):
        return self.call("POST", path, body)
