"""The team's own validation service, its front in production, and plain listeners for its database and cache."""
import json
import os
import socketserver
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def say(text):
    print(text, flush=True)


class Listener(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.recv(1)


class Service(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, body, kind="application/json"):
        data = body.encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        if self.path in ("/health", "/live"):
            self.answer(200, json.dumps({"ok": True}))
        elif self.path == "/":
            self.answer(200, "<title>Letters of credit</title>", "text/html")
        else:
            self.answer(404, "{}")

    def do_POST(self):
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        body = json.loads(raw or b"{}")
        if self.path != "/v2/check" or "documents" not in body:
            self.answer(422, json.dumps({"detail": "no documents"}))
            return
        say(f"doc kind=invoice via=ocr ref={body['case_id']}")
        self.answer(200, json.dumps({"decision": body["documents"][0]["text"], "demo": os.environ.get("LC_STUBS") == "true"}))


if __name__ == "__main__":
    what, port = sys.argv[1], int(sys.argv[2])
    if what == "listener":
        socketserver.ThreadingTCPServer.allow_reuse_address = True
        socketserver.ThreadingTCPServer(("127.0.0.1", port), Listener).serve_forever()
    say(f"cfg loaded endpoint={os.environ.get('LC_ENDPOINT', '')}")
    say("db link up")
    ThreadingHTTPServer(("127.0.0.1", port), Service).serve_forever()
