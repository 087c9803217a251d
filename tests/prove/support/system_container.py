"""A Debian 12 with systemd in a container, kept between runs below build/prove/root, and Lapwing
installed in it as its package would be."""
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
SYSTEM = ROOT / "build/prove/root"
PLAIN = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
# What the binary loads when it needs it, and reads: no linker knows.
LOADED_LATER = ["libcurl4", "tzdata"]


def wait_for(what, seconds, condition, interval=0.2):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(interval)
    sys.exit(f"FAILED: {what}: not within {seconds} s")


def check(good, what):
    print(f"{'ok  ' if good else 'FAIL'} {what}", flush=True)
    if not good:
        sys.exit(1)


def libraries():
    """The packages that the binary's libraries come from."""
    linked = subprocess.run(["ldd", ROOT / "build/release/lapwing"], capture_output=True, text=True, check=True).stdout
    found = set()
    for path in re.findall(r"=> (/\S+)", linked):
        # Where /lib is a link to /usr/lib, packages know either name.
        for name in (path, path.removeprefix("/usr"), f"/usr{path}"):
            owner = subprocess.run(["dpkg", "-S", name], capture_output=True, text=True)
            if owner.returncode == 0:
                found.add(owner.stdout.split(":")[0])
                break
        else:
            sys.exit(f"FAILED: no package has {path}")
    return sorted(found)


def make_system(packages=()):
    """A minimal Debian 12 with what the binary links to, and the packages named."""
    if not (SYSTEM / "usr/bin/systemctl").exists():
        subprocess.run(["debootstrap", "--variant=minbase", "--include=systemd,systemd-sysv,dbus,procps", "bookworm", SYSTEM],
                       check=True)
    wanted = [*libraries(), *LOADED_LATER, *packages]
    missing = [name for name in wanted if not (SYSTEM / "usr/share/doc" / name).exists()]
    if missing:
        (SYSTEM / "etc/resolv.conf").write_bytes(pathlib.Path("/etc/resolv.conf").read_bytes())
        for command in (["update"], ["install", "-y", "--no-install-recommends", *missing]):
            subprocess.run(["chroot", SYSTEM, "apt-get", "-q", *command], check=True, stdout=subprocess.DEVNULL,
                           env={**PLAIN, "DEBIAN_FRONTEND": "noninteractive"})


def install():
    subprocess.run(["cmake", "--install", ROOT / "build/release", "--prefix", "/usr"], check=True, capture_output=True,
                   env={**PLAIN, "DESTDIR": str(SYSTEM)})


class Container:
    """Boots it. `capabilities`: all that there are, which runtimes of containers want."""

    def __init__(self, name, capabilities=False):
        command = ["systemd-nspawn", "-q", "-D", SYSTEM, "-M", name, "--keep-unit", "--register=no",
                   "--private-network", "-b"]
        environment = {**PLAIN, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}
        if capabilities:
            command.append("--capability=all")
            environment["SYSTEMD_SECCOMP"] = "0"
        self.outside = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment)
        self.pid = wait_for("the container's systemd", 30, self.init_pid)
        wait_for("systemd answers", 60, lambda: self.run("systemctl", "is-system-running").stdout.strip()
                 in ("running", "degraded"))

    def init_pid(self):
        """The container's own systemd: the child of systemd-nspawn."""
        found = subprocess.run(["pgrep", "-P", str(self.outside.pid)], capture_output=True, text=True).stdout.split()
        return found[0] if found else None

    def run(self, *command, timeout=120):
        return subprocess.run(["nsenter", "-t", self.pid, "-a", *command], capture_output=True, text=True, timeout=timeout)

    def get(self, url):
        """A page of a server in there, by the curl that is out here."""
        done = subprocess.run(["nsenter", "-t", self.pid, "-n", "curl", "-sS", "--max-time", "20", url],
                              capture_output=True, text=True)
        return done.stdout

    def properties(self, unit, *names):
        shown = self.run("systemctl", "show", unit, *(f"--property={name}" for name in names)).stdout
        return dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)

    def path(self, inside):
        """A file of the container, from out here: its /run and /tmp are mounts of its own."""
        return pathlib.Path(f"/proc/{self.pid}/root{inside}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.outside.terminate()
        self.outside.wait(30)


def need_root():
    if os.geteuid() != 0:
        sys.exit("needs root")
