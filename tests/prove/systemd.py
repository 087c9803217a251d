#!/usr/bin/env python3
# Boots a Debian with systemd in a container, installs Lapwing there, and asks systemd about it.
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
from system_container import Container, check, install, make_system, need_root, wait_for  # noqa: E402


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
    errors = host.run("journalctl", "-u", "lapwing", "-p", "err", "--no-pager", "-q").stdout
    check("lapwing[" not in errors, f"the journal holds no error of ours {errors.strip()}")
    check(host.run("systemctl", "stop", "lapwing").returncode == 0, "systemctl stop")
    check(host.properties("lapwing", "Result")["Result"] == "success", "stopped in order")


need_root()
make_system()
install()
with Container("lapwing-prove") as container:
    prove(container)
