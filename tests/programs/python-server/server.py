"""Serves a word from each of its files on the port that it is given; says when it listens."""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pages import greeting


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = ("entry-1 " + greeting.page() + "\n").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
print("listening", flush=True)
server.serve_forever()
