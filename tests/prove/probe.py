#!/usr/bin/env python3
# Probes: the same modules and targets as a real blackbox_exporter ($BLACKBOX, else Debian's), page beside page.
"""Names, labels, helps and types must be the same, and every value that is no time; times must be there, and zero
where theirs are. What differs for a reason stands in ACCEPTED, with the reason, and is counted."""
import fnmatch
import json
import os
import pathlib
import re
import shutil
import socket
import sys
import tempfile
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/end_to_end"))
sys.path.insert(0, str(ROOT / "tests/prove/support"))
from lapwing import PEERS, Agent, Process, free_port, request, wait_for  # noqa: E402
from probe_targets import Targets, http2_configuration  # noqa: E402

HTTP = "preferred_ip_protocol: ip4"
MODULES = {
    "plain": f"{{prober: http, timeout: 5s, http: {{{HTTP}}}}}",
    "ip6": "{prober: http, timeout: 5s}",
    "ip6_only": "{prober: http, timeout: 5s, http: {ip_protocol_fallback: false}}",
    "short": f"{{prober: http, timeout: 300ms, http: {{{HTTP}}}}}",
    "post": f"{{prober: http, http: {{{HTTP}, method: POST, body: 'a=b', headers: {{Content-Type: text/x}}, "
            "fail_if_body_not_matches_regexp: ['^POST a=b$']}}",
    "head": f"{{prober: http, http: {{{HTTP}, method: HEAD}}}}",
    "stay": f"{{prober: http, http: {{{HTTP}, follow_redirects: false}}}}",
    "stay_302": f"{{prober: http, http: {{{HTTP}, no_follow_redirects: true, valid_status_codes: [302]}}}}",
    "not_found": f"{{prober: http, http: {{{HTTP}, valid_status_codes: [404]}}}}",
    "body": f"{{prober: http, http: {{{HTTP}, fail_if_body_matches_regexp: [hello]}}}}",
    "no_body": f"{{prober: http, http: {{{HTTP}, fail_if_body_not_matches_regexp: [hello, nothing]}}}}",
    "cookie": f"{{prober: http, http: {{{HTTP}, fail_if_body_not_matches_regexp: ['seen=yes']}}}}",
    "header": f"{{prober: http, http: {{{HTTP}, fail_if_header_matches: [{{header: x-two, regexp: a}}]}}}}",
    "header_missing": f"{{prober: http, http: {{{HTTP}, fail_if_header_not_matches: [{{header: Nope, regexp: a}}]}}}}",
    "header_allowed": f"{{prober: http, http: {{{HTTP}, fail_if_header_not_matches: "
                      "[{header: Nope, regexp: a, allow_missing: true}]}}",
    "vhost": f"{{prober: http, http: {{{HTTP}, headers: {{Host: v.example}}, "
             "fail_if_body_not_matches_regexp: ['^v.example$']}}",
    "version": f"{{prober: http, http: {{{HTTP}, valid_http_versions: [HTTP/2.0]}}}}",
    "no_ssl": f"{{prober: http, http: {{{HTTP}, fail_if_ssl: true, tls_config: {{insecure_skip_verify: true}}}}}}",
    "ssl": f"{{prober: http, http: {{{HTTP}, fail_if_not_ssl: true}}}}",
    "gzip": f"{{prober: http, http: {{{HTTP}, compression: gzip, headers: {{Accept-Encoding: gzip}}, "
            "fail_if_body_not_matches_regexp: [hello]}}",
    "deflate": f"{{prober: http, http: {{{HTTP}, compression: deflate}}}}",
    "small": f"{{prober: http, http: {{{HTTP}, body_size_limit: 1KB}}}}",
    "basic": f"{{prober: http, http: {{{HTTP}, basic_auth: {{username: u, password: p}}}}}}",
    "trusting": f"{{prober: http, http: {{{HTTP}, tls_config: {{insecure_skip_verify: true}}}}}}",
    "trusted": f"{{prober: http, http: {{{HTTP}, tls_config: {{ca_file: peer.pem}}}}}}",
    "misnamed": f"{{prober: http, http: {{{HTTP}, tls_config: {{ca_file: peer.pem, server_name: other}}}}}}",
    "renamed": f"{{prober: http, http: {{{HTTP}, tls_config: {{ca_file: peer.pem, server_name: b.example}}}}}}",
    "http2": f"{{prober: http, http: {{{HTTP}, valid_http_versions: [HTTP/2.0], tls_config: {{ca_file: peer.pem}}}}}}",
    "http1": f"{{prober: http, http: {{{HTTP}, enable_http2: false, tls_config: {{ca_file: peer.pem}}}}}}",
    "tcp": f"{{prober: tcp, tcp: {{{HTTP}}}}}",
    "tcp_tls": f"{{prober: tcp, tcp: {{{HTTP}, tls: true, tls_config: {{ca_file: peer.pem}}}}}}",
    "tcp_tls_untrusted": f"{{prober: tcp, tcp: {{{HTTP}, tls: true}}}}",
    "talk": f"{{prober: tcp, tcp: {{{HTTP}, query_response: [{{expect: '^220 (\\S+) .* v(\\d+)', send: 'HI $1'}}, "
            "{expect: '^told HI mail.example$'}]}}",
    "labels": f"{{prober: tcp, tcp: {{{HTTP}, query_response: [{{expect: '^220 (\\S+) .* v(\\d+)', "
              "labels: [{name: host, value: '$1'}, {name: major, value: 'v$2'}]}]}}",
    "wrong": f"{{prober: tcp, timeout: 1s, tcp: {{{HTTP}, query_response: [{{send: QUIT}}, {{expect: '^500'}}]}}}}",
    "silent": f"{{prober: tcp, timeout: 300ms, tcp: {{{HTTP}, query_response: [{{expect: '^500'}}]}}}}",
    "bytes": f"{{prober: tcp, tcp: {{{HTTP}, query_response: [{{expect_bytes: 'hello'}}]}}}}",
    "wrong_bytes": f"{{prober: tcp, tcp: {{{HTTP}, query_response: [{{expect_bytes: 'jello'}}]}}}}",
    "starttls": f"{{prober: tcp, tcp: {{{HTTP}, query_response: [{{expect: '^220 ', send: STARTTLS}}, "
                "{expect: '^220 go'}, {starttls: true}, {expect: 'behind TLS'}], tls_config: {ca_file: peer.pem}}}",
    "icmp": "{prober: icmp, timeout: 2s, icmp: {preferred_ip_protocol: ip4}}",
    "icmp6": "{prober: icmp, timeout: 2s}",
    "icmp_large": "{prober: icmp, timeout: 2s, icmp: {preferred_ip_protocol: ip4, payload_size: 1000, "
                  "dont_fragment: true}}",
}
for kind in ("a", "aaaa", "mx", "txt", "srv", "caa", "soa", "missing", "broken", "none"):
    MODULES[f"dns_{kind}"] = (f"{{prober: dns, timeout: 2s, dns: {{{HTTP}, query_name: {kind}.example, "
                              f"query_type: {'A' if kind in ('missing', 'broken', 'none') else kind.upper()}}}}}")
DNS = f"prober: dns, timeout: 2s, dns: {{{HTTP}, query_name: "
MODULES |= {
    "dns_tcp": f"{{{DNS}a.example, query_type: A, transport_protocol: tcp}}}}",
    "dns_nxdomain": f"{{{DNS}missing.example, query_type: A, valid_rcodes: [NXDOMAIN]}}}}",
    "dns_match": f"{{{DNS}a.example, query_type: A, validate_answer_rrs: {{fail_if_matches_regexp: "
                 "['a.example.\\t60\\tIN\\tA\\t192.0.2.2']}}}",
    "dns_not_all": f"{{{DNS}a.example, query_type: A, validate_answer_rrs: {{fail_if_not_matches_regexp: ['2.2$']}}}}}}",
    "dns_all": f"{{{DNS}a.example, query_type: A, validate_answer_rrs: {{fail_if_all_match_regexp: ['2.2$']}}}}}}",
    "dns_none_match": f"{{{DNS}a.example, query_type: A, validate_additional_rrs: "
                      "{fail_if_none_matches_regexp: ['ns.example.$']}}}",
}
DNS_TLS = DNS.replace("dns: {", "dns: {transport_protocol: tcp, dns_over_tls: true, ")
MODULES |= {
    "dot": f"{{{DNS_TLS}soa.example, query_type: SOA, tls_config: {{ca_file: peer.pem}}}}}}",
    "dot_untrusted": f"{{{DNS_TLS}a.example, query_type: A}}}}",
    "dot_renamed": f"{{{DNS_TLS}a.example, query_type: A, tls_config: {{ca_file: peer.pem, server_name: b.example}}}}}}",
    "dot_misnamed": f"{{{DNS_TLS}a.example, query_type: A, tls_config: {{ca_file: peer.pem, server_name: other}}}}}}",
    "dot_nxdomain": f"{{{DNS_TLS}missing.example, query_type: A, tls_config: {{ca_file: peer.pem}}}}}}",
}
for kind, text in {"mx": r"\\tMX\\t10 mail.example.$", "txt": r"\\tTXT\\t.a b...c. .def.$", "caa": "ca.example",
                   "srv": r"\\tSRV\\t1 2 80 s.example.$", "aaaa": r"\\tAAAA\\t2001:db8::1$",
                   "soa": r"ns.example. m.example. 2026112901 1 2 3 4$"}.items():
    MODULES[f"dns_text_{kind}"] = (f"{{{DNS}{kind}.example, query_type: {kind.upper()}, validate_answer_rrs: "
                                   f"{{fail_if_not_matches_regexp: [\"{text}\"]}}}}}}")

TIMES = re.compile(r"^probe_(duration_seconds|dns_lookup_time_seconds|(http|dns|icmp)_duration_seconds\{.*\})$")
# (case, series) → why it may differ; a "*" stands for any.
ACCEPTED = [
    ("bytes", r"probe_.*", "they read the bytes past what they buffered for lines: ours are those of the connection"),
    ("cut", r"probe_http_duration_seconds.*", "which phase a broken connection is counted to"),
    ("*", r"probe_http_duration_seconds\{phase=\"(transfer|resolve)\"\}",
     "libcurl counts whole microseconds: what took less is 0"),
    ("http2*", r"probe_tls_cipher_info.*", "of equal ciphers OpenSSL's client prefers others than Go's"),
    ("http_to_tls", r"probe_http_duration_seconds.*", "whether the alert or the reset of a TLS server comes first"),
]
# Of 0.23 alone: it shows this gauge before it has dialled.
OLD = {("tcp_tls_untrusted", "probe_failed_due_to_regex"), ("tcp_refused", "probe_failed_due_to_regex"),
       ("tcp_no_port", "probe_failed_due_to_regex")}
# What blackbox_exporter 0.23, Debian 12's, has not yet, or knows by less.
NEWER = re.compile(r"^probe_(expect_info|failed_due_to_bytes|tls_cipher_info|dns_query_succeeded|ssl_last_chain_info)")


def cases(at):
    web, tls = f"127.0.0.1:{at.web}", f"https://localhost:{at.tls}"
    for path in ("/", "", "/status/204", "/status/404", "/status/500", "/redirect/1", "/redirect/3", "/redirect/10",
                 "/redirect/11", "/absolute", "/nowhere", "/no-location", "/modified", "/gzip", "/until-close",
                 "/chunked", "/cut", "/empty", "/large", "/a%20b?c=d&e"):
        yield ("cut" if path == "/cut" else "plain" + path), "plain", web + path
    for module, path in (("ip6", "/"), ("ip6_only", "/"), ("short", "/slow"), ("post", "/echo"), ("head", "/"),
                         ("stay", "/redirect/1"), ("stay_302", "/redirect/1"), ("not_found", "/status/404"),
                         ("not_found", "/"), ("body", "/"), ("no_body", "/"), ("cookie", "/redirect/2"),
                         ("header", "/modified"), ("header_missing", "/"), ("header_allowed", "/"), ("vhost", "/host"),
                         ("version", "/"), ("ssl", "/"), ("gzip", "/gzip"), ("gzip", "/"), ("deflate", "/deflate"),
                         ("small", "/large"), ("small", "/"), ("basic", "/")):
        yield module, module, web + path
    for module in ("plain", "trusting", "trusted", "misnamed", "renamed", "no_ssl"):
        yield module + "_tls", module, tls + "/"
    yield "tls_redirect", "trusted", tls + "/redirect/2"
    yield "http2", "trusted", f"https://localhost:{at.http2}/"
    yield "http2_wanted", "http2", f"https://localhost:{at.http2}/"
    yield "http2_not_wanted", "http1", f"https://localhost:{at.http2}/"
    yield "tls_by_address", "trusted", f"https://127.0.0.1:{at.tls}/"
    yield "refused", "plain", "127.0.0.1:1"
    yield "unresolved", "plain", "nosuch.invalid"
    yield "not_http", "plain", f"127.0.0.1:{at.lines}"
    yield "http_to_tls", "plain", f"http://127.0.0.1:{at.tls}/"
    for module in ("tcp", "talk", "labels", "wrong", "silent", "bytes", "wrong_bytes", "starttls"):
        yield module, module, f"localhost:{at.lines}"
    yield "tcp_tls", "tcp_tls", f"localhost:{at.tls}"
    yield "tcp_tls_untrusted", "tcp_tls_untrusted", f"localhost:{at.tls}"
    yield "tcp_refused", "tcp", "127.0.0.1:1"
    yield "tcp_no_port", "tcp", "127.0.0.1"
    for module in MODULES:
        if module.startswith("dns_"):
            yield module, module, f"127.0.0.1:{at.dns}"
    for module in MODULES:
        if module.startswith("dot"):
            yield module, module, f"localhost:{at.dns_tls}"
    yield "dot_to_plain", "dot", f"localhost:{at.dns}"
    for module in ("dns_a", "dns_tcp", "dot"):
        yield module + "_refused", module, "127.0.0.1:1"
    yield "icmp", "icmp", "127.0.0.1"
    yield "icmp_large", "icmp_large", "127.0.0.1"
    yield "icmp6", "icmp6", "::1"
    yield "icmp_unresolved", "icmp", "nosuch.invalid"


def read_page(text):
    """({series: value}, {family: (help, type)})."""
    samples, families = {}, {}
    for line in text.splitlines():
        if line.startswith("# "):
            _, what, family, rest = line.split(" ", 3)
            families.setdefault(family, {})[what] = rest
        elif line:
            series, value = line.rsplit(" ", 1)
            samples[series] = float(value)
    return samples, families


def differences(theirs, ours):
    """(series, what) of all that is not alike."""
    (their_samples, their_families), (our_samples, our_families) = theirs, ours
    for series in sorted(set(their_samples) | set(our_samples)):
        left, right = their_samples.get(series), our_samples.get(series)
        if left is None or right is None:
            yield series, "only ours" if left is None else "only theirs"
        elif TIMES.match(series):
            if (left == 0) != (right == 0) or abs(left - right) > 1.5:
                yield series, f"theirs {left}, ours {right}"
        elif left != right:
            yield series, f"theirs {left}, ours {right}"
    for family in set(their_families) & set(our_families):
        if their_families[family] != our_families[family]:
            yield family, f"theirs {their_families[family]}, ours {our_families[family]}"


def main():
    exporter = os.environ.get("BLACKBOX") or PEERS / "prometheus-blackbox-exporter"
    counts = {"cases": 0, "series": 0}
    accepted, unexplained = {}, []
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, Targets(folder) as targets:
        old = "0.23" in os.popen(f"{exporter} --version 2>&1").read()
        modules = {name: text for name, text in MODULES.items()
                   if not old or not re.search("labels:|expect_bytes", text)}
        file = pathlib.Path(folder, "blackbox.yml")
        file.write_text("modules:\n" + "".join(f"  {name}: {text}\n" for name, text in modules.items()))
        with socket.create_server(("127.0.0.1", port)):
            targets.http2 = free_port()
        nginx = http2_configuration(folder, targets.http2, targets.certificate, targets.key)
        with Process(shutil.which("nginx") or PEERS.parent / "sbin/nginx", "-c", nginx, "-p", folder), \
             Process(exporter, f"--config.file={file}", f"--web.listen-address=127.0.0.1:{port}", cwd=folder) as peer, \
             Agent("--collectors", "none", "--config", file, folder=folder) as agent:
            base = f"http://127.0.0.1:{port}"
            wait_for("blackbox_exporter", 20, lambda: peer.popen.poll() is None and answers(base))
            wait_for("nginx", 10, lambda: socket.socket().connect_ex(("127.0.0.1", targets.http2)) == 0)
            for case, module, target in cases(targets):
                if module not in modules:
                    continue
                query = "/probe?" + urllib.parse.urlencode({"module": module, "target": target})
                theirs = read_page(request(base + query, seconds=15)[1])
                ours = read_page(request(agent.url + query, seconds=15)[1])
                counts["cases"] += 1
                counts["series"] += len(theirs[0])
                for series, what in differences(theirs, ours):
                    reason = "other than in blackbox_exporter 0.23, as in newer ones" if old and (
                        NEWER.match(series) or (case, series) in OLD) else next(
                        (why for wanted, pattern, why in ACCEPTED
                         if fnmatch.fnmatch(case, wanted) and re.fullmatch(pattern, series)), None)
                    if reason:
                        accepted.setdefault(reason, []).append(f"{case} {series}")
                    else:
                        unexplained.append(f"{case}: {series}: {what}")
            for query in ("module=nope&target=x", "module=plain", "module=plain&target="):
                theirs, ours = (request(f"{url}/probe?{query}", seconds=5) for url in (base, agent.url))
                counts["cases"] += 1
                if theirs[:2] != ours[:2]:
                    unexplained.append(f"{query}: theirs {theirs}, ours {ours}")
    for reason, where in accepted.items():
        print(f"accepted, {len(where)} times: {reason}\n  e.g. {where[0]}")
    print(*unexplained, sep="\n")
    print(json.dumps(counts), f"{sum(map(len, accepted.values()))} accepted differences,",
          f"{len(unexplained)} others; beside blackbox_exporter {'0.23' if old else 'of $BLACKBOX'}")
    sys.exit(1 if unexplained else 0)


def answers(base):
    try:
        return request(base + "/-/healthy", seconds=1)[0] == 200
    except OSError:
        return False


if __name__ == "__main__":
    main()
