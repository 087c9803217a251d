#!/usr/bin/env python3
"""Where `cmake --install` puts what goes beside the binary.

Usage: install_test.py FOLDER   (agent/packaging)
Installs that folder alone, from a project of three lines, below a temporary DESTDIR.
"""

import os
import subprocess
import sys
import tempfile
import unittest

PACKAGING = ""


def files_below(folder):
    return sorted(os.path.relpath(os.path.join(at, name), folder)
                  for at, _, names in os.walk(folder) for name in names)


class InstallTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="lapwing-install-")
        cls.build = os.path.join(cls.folder.name, "build")
        with open(os.path.join(cls.folder.name, "CMakeLists.txt"), "w", encoding="utf-8") as file:
            file.write("cmake_minimum_required(VERSION 3.25)\nproject(packaging LANGUAGES NONE)\n"
                       f'add_subdirectory("{PACKAGING}" packaging)\n')
        subprocess.run(["cmake", "-S", cls.folder.name, "-B", cls.build], check=True,
                       stdout=subprocess.DEVNULL)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def install(self, root, prefix):
        done = subprocess.run(["cmake", "--install", self.build, "--prefix", prefix],
                              env={**os.environ, "DESTDIR": root}, capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_usr_goes_where_debian_expects_it(self):
        with tempfile.TemporaryDirectory(prefix="lapwing-root-") as root:
            self.install(root, "/usr")
            self.assertEqual(files_below(root),
                             ["etc/lapwing/lapwing.yml", "usr/lib/systemd/system/lapwing.service",
                              "usr/lib/sysusers.d/lapwing.conf"])
            with open(os.path.join(root, "usr/lib/systemd/system/lapwing.service"),
                      encoding="utf-8") as file, \
                 open(os.path.join(PACKAGING, "lapwing.service"), encoding="utf-8") as source:
                self.assertEqual(file.read(), source.read())

    def test_a_configuration_that_is_there_stays(self):
        with tempfile.TemporaryDirectory(prefix="lapwing-root-") as root:
            self.install(root, "/usr")
            path = os.path.join(root, "etc/lapwing/lapwing.yml")
            with open(path, "w", encoding="utf-8") as file:
                file.write("web: {listen: ':80'}\n")
            self.install(root, "/usr")
            with open(path, encoding="utf-8") as file:
                self.assertEqual(file.read(), "web: {listen: ':80'}\n")

    def test_another_prefix_holds_together(self):
        with tempfile.TemporaryDirectory(prefix="lapwing-root-") as root:
            self.install(root, "/opt/lapwing")
            below = os.path.join(root, "opt/lapwing")
            self.assertEqual(files_below(root),
                             ["opt/lapwing/etc/lapwing/lapwing.yml",
                              "opt/lapwing/lib/systemd/system/lapwing.service",
                              "opt/lapwing/lib/sysusers.d/lapwing.conf"])
            with open(os.path.join(below, "lib/systemd/system/lapwing.service"),
                      encoding="utf-8") as file:
                text = file.read()
            self.assertIn("ExecStart=/opt/lapwing/bin/lapwing run --config "
                          "/opt/lapwing/etc/lapwing/lapwing.yml --data /var/lib/lapwing\n", text)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PACKAGING = os.path.abspath(sys.argv.pop(1))
    unittest.main()
