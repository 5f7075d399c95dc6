"""An issuer that publishes its keys: a small HTTPS server that counts who asks."""

import http.server
import json
import ssl
import threading
import time

import tokens


class Publisher:
    """Serves a service's keys at `/jwks`, with the service's own certificate.

    `answer` writes the answer to a request; `requests` has the time and path of each.
    """

    def __init__(self, service):
        self.service = service
        self.names = ["jwks"]
        self.requests = []
        self.answer = self.publish
        publisher = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                publisher.requests.append((time.time(), self.path))
                try:
                    publisher.answer(self)
                except OSError:
                    pass  # The hub has had enough.

            def log_message(self, *arguments):
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(service.home / "tls/cert.pem", service.home / "tls/key.pem")
        self.server.socket = context.wrap_socket(
            self.server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.url = f"https://localhost:{self.server.server_port}/jwks"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def count(self):
        return len(self.requests)

    def body(self):
        keys = [tokens.jwk(self.service.keys[name], name) for name in self.names]
        return json.dumps({"keys": keys}).encode()

    def publish(self, handler):
        write(handler, self.body())

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def write(handler, body, status=200, **headers):
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)
