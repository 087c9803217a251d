"""Every receiver against a small server that checks what the real service documents: method, path, headers, body."""
import base64
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse

from lapwing import Agent, request, wait_for

CONFIG = """
rules: {{shipped: false}}
global: {{smtp_smarthost: '127.0.0.1:{smtp}', smtp_from: 'lapwing@example.org', slack_api_url_file: slack.url}}
route: {{receiver: all, group_by: [alertname], group_wait: 0s, group_interval: 1s}}
notifications: {{allow_commands: true}}
templates: ['*.tmpl']
receivers:
- name: all
  webhook_configs:
  - {{url: '{url}/webhook', http_config: {{basic_auth: {{username: u, password_env: HOOK_PASSWORD}}}}, headers: {{X-Own: mine}}}}
  - {{url: '{url}/payload', payload: {{text: '{{{{ template "own" . }}}}', n: 1}}}}
  email_configs:
  - {{to: 'Ops <ops@example.org>', auth_username: me, auth_password: secret, tls_config: {{insecure_skip_verify: true}}}}
  slack_configs: [{{channel: '#ops'}}]
  pagerduty_configs: [{{routing_key: r1, url: '{url}/pagerduty'}}]
  telegram_configs: [{{bot_token: '1:t', chat_id: -7, api_url: '{url}'}}]
  discord_configs: [{{webhook_url: '{url}/discord'}}]
  msteams_configs: [{{webhook_url: '{url}/msteams'}}]
  msteamsv2_configs: [{{webhook_url: '{url}/msteamsv2'}}]
  pushover_configs: [{{user_key: uk, token: tk, api_url: '{url}/pushover'}}]
  wechat_configs: [{{api_url: '{url}/cgi-bin/', corp_id: c1, api_secret: s1, agent_id: '3'}}]
  dingtalk_configs: [{{webhook_url: '{url}/dingtalk?access_token=x', secret: SEC1}}]
  feishu_configs: [{{webhook_url: '{url}/feishu', secret: SEC2}}]
  wecom_configs: [{{webhook_url: '{url}/wecom?key=k'}}]
  ntfy_configs: [{{url: '{url}/ntfy', topic: ops, token: tk2}}]
  syslog_configs: [{{socket: log.socket}}]
  command_configs: [{{command: [/bin/sh, '-c', 'cat > {folder}/command.json']}}]
"""


class Services(http.server.ThreadingHTTPServer):
    """Answers as the services do; the first message to Discord is one too many."""

    def __init__(self):
        self.calls = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                url = urllib.parse.urlsplit(self.path)
                outer.calls.append((time.monotonic(), self.command, url.path, dict(urllib.parse.parse_qsl(url.query)),
                                    {k.lower(): v for k, v in self.headers.items()}, body))
                status, answer, headers = outer.answer(url.path)
                self.send_response(status)
                for header in headers.items():
                    self.send_header(*header)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def answer(self, path):
        if path == "/discord" and len(self.to(path)) == 1:
            return 429, b'{"message":"You are being rate limited.","retry_after":2}', {"Retry-After": "2"}
        return {"/discord": (204, b"", {}), "/pagerduty": (202, b'{"status":"success"}', {}),
                "/slack": (200, b"ok", {}), "/bot1:t/sendMessage": (200, b'{"ok":true}', {}),
                "/cgi-bin/gettoken": (200, b'{"errcode":0,"access_token":"t1","expires_in":7200}', {}),
                "/feishu": (200, b'{"code":0,"msg":"success"}', {}),
                "/webhook": (200, b"", {})}.get(path, (200, b'{"errcode":0,"errmsg":"ok"}', {}))

    def to(self, path):
        return [call for call in self.calls if call[2] == path]


class Mail(threading.Thread):
    """An SMTP server that wants STARTTLS and a login before it takes a mail."""

    def __init__(self, folder):
        super().__init__(daemon=True)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=mail",
                        "-keyout", folder / "key.pem", "-out", folder / "cert.pem"], check=True, capture_output=True)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.commands, self.message = [], None
        self.start()

    def run(self):
        connection, _ = self.listener.accept()
        stream = connection.makefile("rwb")

        def say(line):
            stream.write(line.encode() + b"\r\n")
            stream.flush()
        say("220 mail ESMTP")
        secure = False
        while line := stream.readline().decode().strip():
            self.commands.append(("tls " if secure else "") + line)
            word = line.split()[0].upper()
            if word == "EHLO":
                say("250-mail")
                say("250 AUTH PLAIN LOGIN" if secure else "250 STARTTLS")
            elif word == "STARTTLS":
                say("220 go ahead")
                connection = self.tls.wrap_socket(connection, server_side=True)
                stream, secure = connection.makefile("rwb"), True
            elif word == "AUTH":
                if len(line.split()) == 2:
                    say("334 ")
                    self.commands.append(stream.readline().decode().strip())
                say("235 ok")
            elif word == "DATA":
                say("354 go ahead")
                lines = []
                while (text := stream.readline()) != b".\r\n":
                    lines.append(text)
                self.message = b"".join(lines).decode()
                say("250 taken")
            elif word == "QUIT":
                say("221 bye")
                break
            else:
                say("250 ok")


class Receivers(unittest.TestCase):
    def test_each_service_gets_what_it_documents(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        services, mail = Services(), Mail(folder)
        url = f"http://127.0.0.1:{services.server_port}"
        (folder / "slack.url").write_text(url + "/slack\n")
        (folder / "own.tmpl").write_text('{{ define "own" }}own {{ .Status }}{{ end }}')
        log = self.enterContext(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        log.bind(str(folder / "log.socket"))
        log.settimeout(20)
        config = CONFIG.format(url=url, smtp=mail.port, folder=folder)
        with Agent("--collectors", "none", folder=folder, config=config,
                   env=os.environ | {"HOOK_PASSWORD": "p1"}) as agent:
            alert = [{"labels": {"alertname": "Disk"}, "annotations": {"summary": "full <b>"}, "startsAt":
                      "2026-01-01T00:00:00Z", "endsAt": "2099-01-01T00:00:00Z"}]
            request(agent.url + "/api/v2/alerts", "POST", json.dumps(alert).encode(), {"Content-Type": "application/json"})
            wait_for("all receivers are told", 30,
                     lambda: len(agent.api("history/notifications")) == 17)
            line = log.recv(65536).decode()
            receipts = agent.api("history/notifications")
        self.assertEqual({"delivered"}, {r["outcome"] for r in receipts})
        self.services = services
        self.check_webhooks()
        self.check_messengers()
        self.check_signed()
        self.check_mail(mail)
        self.assertRegex(line, r"^<27>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d lapwing: \[FIRING:1\] Disk")
        self.assertEqual("Disk", json.loads((folder / "command.json").read_text())["groupLabels"]["alertname"])
        services.shutdown()
        services.server_close()
        mail.listener.close()

    def call(self, path, count=1):
        calls = self.services.to(path)
        self.assertEqual(count, len(calls), path)
        return calls[-1]

    def body(self, path, count=1):
        _, method, _, _, headers, body = self.call(path, count)
        self.assertEqual("POST", method)
        self.assertEqual("application/json", headers["content-type"])
        return json.loads(body)

    def check_webhooks(self):
        payload = self.body("/webhook")
        self.assertEqual("4", payload["version"])
        headers = self.call("/webhook")[4]
        self.assertEqual("Basic " + base64.b64encode(b"u:p1").decode(), headers["authorization"])
        self.assertEqual("mine", headers["x-own"])
        self.assertEqual(32, len(headers["idempotency-key"]))
        self.assertEqual({"text": "own firing", "n": 1}, self.body("/payload"))

    def check_messengers(self):
        slack = self.body("/slack")
        self.assertEqual("#ops", slack["channel"])
        self.assertEqual("[FIRING:1] Disk ", slack["attachments"][0]["title"])
        pagerduty = self.body("/pagerduty")
        group_key = self.body("/webhook")["groupKey"]
        self.assertEqual(("r1", "trigger", hashlib.sha256(group_key.encode()).hexdigest()),
                         (pagerduty["routing_key"], pagerduty["event_action"], pagerduty["dedup_key"]))
        telegram = self.body("/bot1:t/sendMessage")
        self.assertEqual(("-7", "HTML"), (telegram["chat_id"], telegram["parse_mode"]))
        self.assertIn("full &lt;b&gt;", telegram["text"])
        discord = self.body("/discord", 2)
        self.assertIn("[FIRING:1] Disk", discord["embeds"][0]["title"])
        first, second = self.services.to("/discord")
        self.assertGreaterEqual(second[0] - first[0], 1.9)
        self.assertEqual(first[4]["idempotency-key"], second[4]["idempotency-key"])
        self.assertEqual("MessageCard", self.body("/msteams")["@type"])
        card = self.body("/msteamsv2")["attachments"][0]
        self.assertEqual("application/vnd.microsoft.card.adaptive", card["contentType"])
        form = dict(urllib.parse.parse_qsl(self.call("/pushover")[5].decode()))
        self.assertEqual(("uk", "tk", "2"), (form["user"], form["token"], form["priority"]))
        self.assertEqual({"corpid": "c1", "corpsecret": "s1"}, self.call("/cgi-bin/gettoken")[3])
        self.assertEqual({"access_token": "t1"}, self.call("/cgi-bin/message/send")[3])
        self.assertEqual("3", self.body("/cgi-bin/message/send")["agentid"])
        self.assertEqual("markdown", self.body("/wecom")["msgtype"])
        ntfy = self.body("/ntfy")
        self.assertEqual(("ops", 4), (ntfy["topic"], ntfy["priority"]))
        self.assertEqual("Bearer tk2", self.call("/ntfy")[4]["authorization"])

    def check_signed(self):
        query = self.call("/dingtalk")[3]
        text = f"{query['timestamp']}\nSEC1".encode()
        self.assertEqual(base64.b64encode(hmac.new(b"SEC1", text, hashlib.sha256).digest()).decode(), query["sign"])
        self.assertLess(abs(int(query["timestamp"]) / 1000 - time.time()), 60)
        feishu = self.body("/feishu")
        key = f"{feishu['timestamp']}\nSEC2".encode()
        self.assertEqual(base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode(), feishu["sign"])

    def check_mail(self, mail):
        said = [c for c in mail.commands if c.startswith("tls ")]
        self.assertNotIn("MAIL", " ".join(c for c in mail.commands if not c.startswith("tls ")))
        self.assertIn("tls MAIL FROM:<lapwing@example.org>", " ".join(said))
        self.assertIn("tls RCPT TO:<ops@example.org>", said)
        self.assertTrue(any(c.startswith("tls AUTH") for c in said), said)
        self.assertIn("\r\nSubject: [FIRING:1] Disk \r\n", "\r\n" + mail.message)
        self.assertIn("To: Ops <ops@example.org>\r\n", mail.message)
        self.assertIn("Content-Transfer-Encoding: quoted-printable", mail.message)


if __name__ == "__main__":
    unittest.main()
