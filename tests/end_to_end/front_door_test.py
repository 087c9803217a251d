"""`./dev run` a second time serves within three seconds."""
import re
import subprocess
import tempfile
import time
import unittest

from lapwing import ROOT, SERVING, Process, request, wait_for


class FrontDoor(unittest.TestCase):
    def test_a_second_run_starts_in_under_three_seconds(self):
        with tempfile.TemporaryDirectory() as folder:
            began = time.monotonic()
            with Process(ROOT / "dev", "run", "--listen", "127.0.0.1:0", "--data", folder) as process:
                found = wait_for("it says where it serves", 20, lambda: SERVING.search(process.output()), 0.02)
                self.assertLess(time.monotonic() - began, 3)
                self.assertEqual(200, request(f"http://127.0.0.1:{found[1]}/-/healthy")[0])

    def test_help_can_be_learnt_from(self):
        for command in ("run", "check", "query", "version"):
            shown = subprocess.run([ROOT / "build/release/lapwing", command, "--help"], capture_output=True, text=True)
            self.assertEqual(0, shown.returncode)
            self.assertTrue(re.search(rf"usage: lapwing {command}", shown.stdout, re.I), shown.stdout)


if __name__ == "__main__":
    unittest.main()
