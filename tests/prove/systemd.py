#!/usr/bin/env python3
# Boots a Debian with systemd in a container, installs Lapwing there, and asks systemd about it.
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SYSTEM = ROOT / "build/prove/root"
NAME = "lapwing-prove"
LIBRARIES = ("libfmt9 libre2-9 libyaml-cpp0.7 libsqlite3-0 libcpp-httplib0.11 libprometheus-cpp-core1.0 "
             "libsnappy1v5 libzstd1 libssl3 zlib1g libcurl4").split()


def make_system():
    """A minimal Debian 12 with what the binary links to; kept between runs."""
    if (SYSTEM / "usr/bin/systemctl").exists():
        return
    packages = ["systemd", "systemd-sysv", "dbus", "procps", *LIBRARIES]
    subprocess.run(["debootstrap", "--variant=minbase", f"--include={','.join(packages)}", "bookworm", SYSTEM], check=True)


def wait_for(what, seconds, condition):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.2)
    sys.exit(f"FAILED: {what}: not within {seconds} s")


def init_pid(container):
    """The container's own systemd: the child of systemd-nspawn."""
    found = subprocess.run(["pgrep", "-P", str(container.pid)], capture_output=True, text=True).stdout.split()
    return found[0] if found else None


def inside(pid, *command):
    return subprocess.run(["nsenter", "-t", pid, "-a", *command], capture_output=True, text=True)


def properties(pid, *names):
    shown = inside(pid, "systemctl", "show", "lapwing", *(f"--property={n}" for n in names)).stdout
    return dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)


def check(good, what):
    print(f"{'ok  ' if good else 'FAIL'} {what}")
    if not good:
        sys.exit(1)


def prove(pid):
    wait_for("systemd answers", 30, lambda: inside(pid, "systemctl", "is-system-running").stdout.strip() in ("running", "degraded"))
    check(inside(pid, "systemd-sysusers").returncode == 0, "systemd-sysusers makes the user")
    started = inside(pid, "systemctl", "start", "lapwing")
    log = inside(pid, "journalctl", "-u", "lapwing", "--no-pager", "-n", "20").stdout
    check(started.returncode == 0, f"systemctl start waits for READY=1 {started.stderr.strip()}{'' if started.returncode == 0 else log}")
    check("adm" in inside(pid, "id", "-nG", "lapwing").stdout.split(), "the user is in adm, whose access logs it may read")
    state = properties(pid, "ActiveState", "StatusText", "MainPID", "User", "WatchdogUSec")
    check(state["ActiveState"] == "active" and state["User"] == "lapwing", f"active as its own user, watchdog {state['WatchdogUSec']}")
    status = wait_for("a status line that counts this host's series", 30, lambda: re.match(
        r"[2-9]\d\d|\d{4,} series.*", properties(pid, "StatusText").get("StatusText", "")))
    print("     the unprivileged agent says:", status.string)
    check(inside(pid, "systemctl", "reload", "lapwing").returncode == 0, "systemctl reload")
    check(properties(pid, "ActiveState")["ActiveState"] == "active", "active after the reload")
    inside(pid, "kill", "-9", state["MainPID"])
    wait_for("a restart after kill -9", 30, lambda: properties(pid, "MainPID")["MainPID"] not in ("0", state["MainPID"])
             and properties(pid, "ActiveState")["ActiveState"] == "active")
    check(True, "restarted after kill -9")
    errors = inside(pid, "journalctl", "-u", "lapwing", "-p", "err", "--no-pager", "-q").stdout
    check("lapwing[" not in errors, f"the journal holds no error of ours {errors.strip()}")
    check(inside(pid, "systemctl", "stop", "lapwing").returncode == 0, "systemctl stop")
    check(properties(pid, "Result")["Result"] == "success", "stopped in order")


make_system()
subprocess.run(["cmake", "--install", ROOT / "build/release", "--prefix", "/usr"], check=True, capture_output=True,
               env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "DESTDIR": str(SYSTEM)})
container = subprocess.Popen(["systemd-nspawn", "-q", "-D", SYSTEM, "-M", NAME, "--keep-unit", "--register=no",
                              "--private-network", "-b"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"})
try:
    prove(wait_for("the container's systemd", 20, lambda: init_pid(container)))
finally:
    container.terminate()
    container.wait(20)
