#!/usr/bin/env python3
# Boots a Debian with systemd in a container, installs Lapwing there, and asks systemd about it.
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
from system_container import Container, check, install, make_system, need_root, wait_for  # noqa: E402


# A unit that was narrowed: no CAP_DAC_READ_SEARCH, which reads every file. Its configuration names two logs.
NARROWED = """[Service]
ExecStart=
ExecStart=/usr/bin/lapwing run --config /run/prove.yml --data /var/lib/lapwing
CapabilityBoundingSet=
CapabilityBoundingSet=CAP_NET_RAW
AmbientCapabilities=
AmbientCapabilities=CAP_NET_RAW
"""
LOGS = {"readable": "0640", "hidden": "0600"}  # service → mode; as Debian's nginx makes them, and for their owner alone
LINE = '10.0.0.1 - - [30/Nov/2026:06:00:00 +0000] "GET /a HTTP/1.1" 200 600 "-" "curl/8"\n'


def prove_access_logs(host):
    """As its own user and with the group adm alone the agent reads access logs of 0640 www-data:adm, and no others."""
    host.run("mkdir", "-p", "/run/systemd/system/lapwing.service.d", "/var/log/prove")
    host.path("/run/systemd/system/lapwing.service.d/narrowed.conf").write_text(NARROWED)
    host.path("/run/prove.yml").write_text("access_logs:\n" + "".join(
        f"  - {{path: /var/log/prove/{service}.log, service: {service}, format: combined}}\n" for service in LOGS))
    host.run("chown", "root:adm", "/var/log/prove")
    for service, mode in LOGS.items():
        host.run("install", "-m", mode, "-o", "www-data", "-g", "adm", "/dev/null", f"/var/log/prove/{service}.log")
    host.run("systemctl", "daemon-reload")
    started = host.run("systemctl", "start", "lapwing")
    log = host.run("journalctl", "-u", "lapwing", "--no-pager", "-n", "5").stdout
    check(started.returncode == 0, f"starts narrowed to CAP_NET_RAW {started.stderr.strip()}{'' if started.returncode == 0 else log}")
    main = host.properties("lapwing", "MainPID")["MainPID"]
    adm = host.run("getent", "group", "adm").stdout.split(":")[2]
    groups = host.run("grep", "^Groups:", f"/proc/{main}/status").stdout.split()[1:]
    check(adm in groups, f"the process has the group adm ({adm} of {' '.join(groups)})")
    counted = lambda: re.findall(r'^nginx_http_requests_total\{.*service="(\w+)".*\} (\d+)$', host.get("http://127.0.0.1:5279/metrics"), re.M)  # noqa: E731

    def written():
        for service in LOGS:
            with host.path(f"/var/log/prove/{service}.log").open("a") as log:
                log.write(LINE)
        return counted()
    found = wait_for("requests of the access log", 30, written, 1)
    check({service for service, _ in found} == {"readable"}, f"reads the log of 0640 www-data:adm and not that of 0600: {found}")
    said = [line for line in host.run("journalctl", "-u", "lapwing", "--no-pager", "-q", "_PID=" + main).stdout.splitlines() if "hidden.log" in line]
    check(said, f"and says which it may not read: {said[-1].split(': ', 1)[1] if said else ''}")
    host.run("systemctl", "stop", "lapwing")


def prove(host):
    check(host.run("systemd-sysusers").returncode == 0, "systemd-sysusers makes the user")
    started = host.run("systemctl", "start", "lapwing")
    log = host.run("journalctl", "-u", "lapwing", "--no-pager", "-n", "20").stdout
    check(started.returncode == 0, f"systemctl start waits for READY=1 {started.stderr.strip()}{'' if started.returncode == 0 else log}")
    check("adm" in host.run("id", "-nG", "lapwing").stdout.split(), "the user is in adm, whose access logs it may read")
    state = host.properties("lapwing", "ActiveState", "StatusText", "MainPID", "User", "WatchdogUSec")
    check(state["ActiveState"] == "active" and state["User"] == "lapwing", f"active as its own user, watchdog {state['WatchdogUSec']}")
    status = wait_for("a status line that counts this host's series", 30, lambda: re.match(
        r"[2-9]\d\d|\d{4,} series.*", host.properties("lapwing", "StatusText").get("StatusText", "")))
    print("     the unprivileged agent says:", status.string)
    check(host.run("systemctl", "reload", "lapwing").returncode == 0, "systemctl reload")
    check(host.properties("lapwing", "ActiveState")["ActiveState"] == "active", "active after the reload")
    host.run("kill", "-9", state["MainPID"])
    wait_for("a restart after kill -9", 30, lambda: host.properties("lapwing", "MainPID")["MainPID"] not in ("0", state["MainPID"])
             and host.properties("lapwing", "ActiveState")["ActiveState"] == "active")
    check(True, "restarted after kill -9")
    errors = host.run("journalctl", "-u", "lapwing", "-b", "-p", "err", "--no-pager", "-q").stdout
    check("lapwing[" not in errors, f"the journal holds no error of ours {errors.strip()}")
    check(host.run("systemctl", "stop", "lapwing").returncode == 0, "systemctl stop")
    check(host.properties("lapwing", "Result")["Result"] == "success", "stopped in order")


need_root()
make_system()
install()
with Container("lapwing-prove") as container:
    prove(container)
    prove_access_logs(container)
