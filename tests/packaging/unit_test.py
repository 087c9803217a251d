#!/usr/bin/env python3
"""The systemd unit and the system user, as systemd's own tools judge them.

Usage: unit_test.py UNIT SYSUSERS   (agent/packaging/lapwing.service, …/sysusers.conf)
Needs systemd-analyze and systemd-sysusers; nothing is started or installed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

UNIT = ""
SYSUSERS = ""
# 1.9 without CAP_NET_RAW and AF_PACKET, which passive latency cannot do without, 2.3 without
# CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH, which other users' /proc/PID/io and fd want.
EXPOSURE_LIMIT_TENTHS = 27


def settings(path):
    """Every value of each key, in order, sections joined: no key of ours stands in two."""
    found = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            line = line.strip()
            if "=" in line and not line.startswith("#"):
                key, value = line.split("=", 1)
                found.setdefault(key, []).append(value)
    return found


class UnitTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="lapwing-unit-")
        self.addCleanup(self.folder.cleanup)
        self.settings = settings(UNIT)

    def unit_with_present_binary(self, extra=""):
        """The unit with a program that exists in the agent's place: verify looks for it."""
        binary = os.path.join(self.folder.name, "lapwing")
        shutil.copy("/bin/true", binary)
        with open(UNIT, encoding="utf-8") as file:
            text = file.read()
        self.assertEqual(text.count("/usr/bin/lapwing"), 1)
        path = os.path.join(self.folder.name, "lapwing.service")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("/usr/bin/lapwing", binary) + extra)
        return path

    def verify(self, path):
        done = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True,
                              check=False)
        return done.returncode, done.stdout + done.stderr

    def test_verify_is_silent(self):
        # A misspelled key is a warning and a zero status: what is printed decides.
        self.assertEqual(self.verify(self.unit_with_present_binary()), (0, ""))

    def test_verify_would_tell_of_a_misspelled_key(self):
        _, said = self.verify(self.unit_with_present_binary("\n[Service]\nProtectHom=yes\n"))
        self.assertIn("ProtectHom", said)

    def test_exposure_is_low(self):
        done = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", "--no-pager",
             f"--threshold={EXPOSURE_LIMIT_TENTHS}", self.unit_with_present_binary()],
            capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr)
        self.assertIn("Overall exposure level", done.stdout)

    def test_systemd_watches_and_restarts(self):
        for key, value in {"Type": "notify", "NotifyAccess": "main", "WatchdogSec": "30",
                           "Restart": "always", "StartLimitIntervalSec": "0",
                           "ExecReload": "/bin/kill -HUP $MAINPID"}.items():
            self.assertEqual(self.settings[key], [value], key)
        self.assertGreaterEqual(int(self.settings["RestartSec"][0]), 1)

    def test_no_capability_is_left_but_those_to_look(self):
        for key in ("CapabilityBoundingSet", "AmbientCapabilities"):
            self.assertEqual(self.settings[key], ["CAP_NET_RAW CAP_SYS_PTRACE CAP_DAC_READ_SEARCH"])
        self.assertIn("AF_PACKET", self.settings["RestrictAddressFamilies"][0].split())
        self.assertEqual(self.settings["User"], ["lapwing"])

    def test_what_is_measured_stays_visible(self):
        self.assertEqual(self.settings["ProtectProc"], ["default"])
        self.assertEqual(self.settings["ProcSubset"], ["all"])
        self.assertEqual(self.settings["ProtectHome"], ["read-only"])
        for hiding in ("PrivateNetwork", "PrivateUsers", "ProtectHostname", "ProtectClock",
                       "RootDirectory", "InaccessiblePaths", "TemporaryFileSystem"):
            self.assertNotIn(hiding, self.settings)
        self.assertIn("adjtimex clock_adjtime", self.settings["SystemCallFilter"])

    def test_the_data_folder_is_the_state_directory(self):
        command = self.settings["ExecStart"][0].split()
        self.assertEqual(command[command.index("--data") + 1],
                         "/var/lib/" + self.settings["StateDirectory"][0])
        self.assertEqual(command[command.index("--config") + 1], "/etc/lapwing/lapwing.yml")


class SystemUserTest(unittest.TestCase):
    def test_sysusers_makes_the_units_user(self):
        with tempfile.TemporaryDirectory(prefix="lapwing-users-") as root:
            os.makedirs(os.path.join(root, "etc"))
            done = subprocess.run(["systemd-sysusers", f"--root={root}", os.path.abspath(SYSUSERS)],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(os.path.join(root, "etc/passwd"), encoding="utf-8") as file:
                users = [line.strip().split(":") for line in file]
            with open(os.path.join(root, "etc/group"), encoding="utf-8") as file:
                groups = {line.split(":")[0]: line.strip().split(":")[3] for line in file}
        mine = [user for user in users if user[0] == settings(UNIT)["User"][0]]
        self.assertEqual(len(mine), 1, users)
        self.assertEqual(mine[0][5:], ["/var/lib/lapwing", "/usr/sbin/nologin"])
        self.assertEqual(groups["adm"], "lapwing", "access logs of Debian's web servers are for adm")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    UNIT, SYSUSERS = sys.argv[1:3]
    del sys.argv[1:3]
    unittest.main()
