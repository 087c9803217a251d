#!/usr/bin/env python3
"""The default configuration: the agent takes it as it is, and with every setting uncommented.

Usage: configuration_test.py BINARY FILE   (the built lapwing, agent/packaging/lapwing.yml)
"""

import os
import subprocess
import sys
import tempfile
import unittest

BINARY = ""
FILE = ""


def uncommented(text):
    """Takes the single "#" off every setting; words for the reader begin with two."""
    lines = []
    for line in text.splitlines():
        is_setting = line.startswith("#") and not line.startswith("##")
        lines.append(line[1:] if is_setting else line)
    return "\n".join(lines) + "\n"


class ConfigurationTest(unittest.TestCase):
    def check(self, text):
        with tempfile.TemporaryDirectory(prefix="lapwing-config-") as folder:
            path = os.path.join(folder, "lapwing.yml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            done = subprocess.run([BINARY, "check", "config", path], capture_output=True, text=True,
                                  check=False, timeout=60)
            return done.returncode, done.stdout + done.stderr

    def setUp(self):
        with open(FILE, encoding="utf-8") as file:
            self.text = file.read()

    def test_as_it_is_installed(self):
        status, said = self.check(self.text)
        self.assertEqual(status, 0, said)

    def test_with_every_setting_uncommented(self):
        text = uncommented(self.text)
        self.assertIn("\nglobal:\n", text)
        status, said = self.check(text)
        self.assertEqual(status, 0, said)
        self.assertNotIn("not served", said)

    def test_a_wrong_key_would_be_told(self):
        status, said = self.check(uncommented(self.text).replace("\nglobal:\n", "\ngolbal:\n"))
        self.assertNotEqual(status, 0)
        self.assertIn('did you mean "global"', said)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    BINARY, FILE = sys.argv[1:3]
    del sys.argv[1:3]
    unittest.main()
