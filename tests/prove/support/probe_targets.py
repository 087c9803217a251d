"""Servers of odd behaviour on loopback, for probes of ours and of blackbox_exporter to look at."""
import gzip
import http.server
import pathlib
import socket
import socketserver
import ssl
import struct
import subprocess
import threading
import zlib


class Web(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *ignored):
        pass

    def answer(self, status=200, body=b"hello world\n", length=True, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if length:
            self.send_header("Content-Length", str(len(body)))
        else:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self):
        size = int(self.headers.get("Content-Length") or 0)
        sent = self.rfile.read(size)
        path = self.path.split("?")[0]
        if path.startswith("/status/"):
            return self.answer(int(path.split("/")[2]))
        if path.startswith("/redirect/"):
            left = int(path.split("/")[2])
            target = f"/redirect/{left - 1}" if left > 1 else "/cookie"
            return self.answer(302, b"moved", Location=target, Set_Cookie="seen=yes; Path=/")
        if path == "/cookie":
            return self.answer(body=(self.headers.get("Cookie") or "none").encode())
        if path == "/absolute":
            return self.answer(301, Location=f"http://{self.headers['Host']}/plain")
        if path == "/nowhere":
            return self.answer(302, Location="http://127.0.0.1:1/")
        if path == "/no-location":
            return self.answer(302)
        if path == "/host":
            return self.answer(body=self.headers["Host"].encode())
        if path == "/modified":
            return self.answer(Last_Modified="Sun, 06 Nov 1994 08:49:37 GMT", X_Two="a")
        if path == "/gzip":
            return self.answer(body=gzip.compress(b"hello world\n" * 100), Content_Encoding="gzip")
        if path == "/deflate":
            packer = zlib.compressobj(wbits=-15)
            return self.answer(body=packer.compress(b"hello world\n" * 100) + packer.flush())
        if path == "/until-close":
            return self.answer(length=False)
        if path == "/cut":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"half")
            self.close_connection = True
            return None
        if path == "/chunked":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"5\r\nhello\r\n0\r\n\r\n")
            return None
        if path == "/empty":
            return self.answer(body=b"")
        if path == "/slow":
            return None if self.connection.settimeout(5) or self.rfile.read(1) else None
        if path == "/echo":
            return self.answer(body=self.command.encode() + b" " + sent)
        if path == "/large":
            return self.answer(body=b"x" * 100_000)
        return self.answer()

    do_POST = do_HEAD = do_PUT = do_GET


class WebServer(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *ignored):
        pass


class Lines(socketserver.StreamRequestHandler):
    """A server of lines that begins, answers, and says what it was told."""

    def handle(self):
        try:
            self.wfile.write(b"hello there\r\n220 mail.example ESMTP ready v4.2\r\n")
            for line in self.rfile:
                if line.strip() == b"QUIT":
                    return
                if line.strip() == b"STARTTLS":
                    self.wfile.write(b"220 go\r\n")
                    plain = self.server.context.wrap_socket(self.connection, server_side=True)
                    plain.sendall(b"220 behind TLS\r\n")
                    plain.recv(100)
                    return
                self.wfile.write(b"told " + line)
        except OSError:
            pass


class LineServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


def name(text):
    return b"".join(bytes([len(part)]) + part.encode() for part in text.split(".") if part) + b"\0"


def dns_answer(query):
    """A answer to any question: what the first label of the name asks for."""
    end = query.index(b"\0", 12) + 5
    asked = query[13:13 + query[12]].decode()
    records = {
        "a": [(1, bytes([192, 0, 2, 1])), (1, bytes([192, 0, 2, 2]))],
        "aaaa": [(28, socket.inet_pton(socket.AF_INET6, "2001:db8::1"))],
        "mx": [(15, struct.pack(">H", 10) + name("mail.example"))],
        "txt": [(16, b"\5a b\"c\3def")],
        "srv": [(33, struct.pack(">HHH", 1, 2, 80) + name("s.example"))],
        "caa": [(257, b"\0\5issueca.example")],
        "soa": [(6, name("ns.example") + name("m.example") + struct.pack(">5I", 2026112901, 1, 2, 3, 4))],
    }.get(asked, [])
    rcode = {"missing": 3, "broken": 2}.get(asked, 0)
    body = b"".join(b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(data)) + data for kind, data in records)
    extra = b"\xc0\x0c" + struct.pack(">HHIH", 2, 1, 60, len(name("ns.example"))) + name("ns.example")
    head = query[:2] + struct.pack(">HHHHH", 0x8180 | rcode, 1, len(records), 1, 1)
    return head + query[12:end] + body + extra + extra


class DnsPackets(socketserver.BaseRequestHandler):
    def handle(self):
        packet, sender = self.request
        sender.sendto(dns_answer(packet), self.client_address)


class DnsStream(socketserver.StreamRequestHandler):
    def handle(self):
        try:
            size = struct.unpack(">H", self.rfile.read(2))[0]
            answer = dns_answer(self.rfile.read(size))
        except (OSError, ValueError, struct.error):
            return  # no question: a TLS client at the plain port, or one that trusts nobody
        self.wfile.write(struct.pack(">H", len(answer)) + answer)


def certificate(folder):
    """A certificate of its own authority, for localhost and 127.0.0.1; (certificate, key)."""
    files = f"{folder}/peer.pem", f"{folder}/peer.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-out", files[0], "-keyout", files[1], "-days", "30", "-subj", "/O=Lap, Wing/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost,DNS:b.example,IP:127.0.0.1"],
                   check=True, capture_output=True)
    return files


def http2_configuration(folder, port, certificate, key):
    """nginx with HTTP/2 behind TLS."""
    path = f"{folder}/nginx.conf"
    pathlib.Path(path).write_text(f"""
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
events {{}}
http {{ access_log off; server {{ listen 127.0.0.1:{port} ssl http2; ssl_certificate {certificate};
  ssl_certificate_key {key}; location / {{ return 200 "hello\\n"; }} }} }}
""")
    return path


class Targets:
    """All of them, running; ports as web, tls, lines, dns, dns_tls."""

    def __init__(self, folder):
        self.certificate, self.key = certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        here = ("127.0.0.1", 0)
        dns_stream = LineServer(here, DnsStream)  # by TCP and by UDP at one port
        self.servers = [WebServer(here, Web), WebServer(here, Web), LineServer(here, Lines),
                        socketserver.ThreadingUDPServer(dns_stream.server_address, DnsPackets)]
        self.servers[1].socket = context.wrap_socket(self.servers[1].socket, server_side=True,
                                                     do_handshake_on_connect=False)
        self.servers[2].context = context
        dns_tls = LineServer(here, DnsStream)
        dns_tls.socket = context.wrap_socket(dns_tls.socket, server_side=True, do_handshake_on_connect=False)
        self.dns_tls = dns_tls.server_address[1]
        self.web, self.tls, self.lines, self.dns = (server.server_address[1] for server in self.servers)
        self.servers += [dns_stream, dns_tls]
        for server in self.servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        for server in self.servers:
            server.shutdown()
            server.server_close()
