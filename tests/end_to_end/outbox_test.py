"""Thirty kills at random moments among a receiver's bad moods: no notification lost, none told twice as news."""
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Outbox(unittest.TestCase):
    def test_no_notification_is_lost_over_kills(self):
        done = subprocess.run([sys.executable, ROOT / "tests/prove/outbox.py", "--only", "kills", "--kills", "30"],
                              capture_output=True, text=True, timeout=180)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
