"""Import, inspect and verify with the real binary, and what an agent then says of the same data."""
import gzip
import json
import os
import subprocess
import tempfile
import time
import unittest

from lapwing import BINARY, PEERS, Agent, wait_for


def lapwing(*words, **options):
    return subprocess.run([str(BINARY), *map(str, words)], capture_output=True, text=True, check=False, timeout=60, **options)


class Store(unittest.TestCase):
    def test_what_promtool_dumps_can_be_imported_queried_and_verified(self):
        with tempfile.TemporaryDirectory() as folder:
            start = int(time.time()) // 3600 * 3600 - 7200
            lines = [f'went_total{{n="{n}"}} {(t - start) * n} {t}\n' for t in range(start, start + 3600, 5) for n in (1, 2)]
            page = os.path.join(folder, "page.om")
            with open(page, "w", encoding="utf-8") as out:
                out.write("# TYPE went counter\n" + "".join(lines) + "# EOF\n")
            subprocess.run([PEERS / "promtool", "tsdb", "create-blocks-from", "openmetrics", page, folder + "/blocks"],
                           check=True, capture_output=True)
            os.mkdir(folder + "/blocks/wal")  # its dump wants one
            dump = subprocess.run([PEERS / "promtool", "tsdb", "dump", folder + "/blocks"], check=True, capture_output=True,
                                  text=True).stdout
            # promtool 2.42 dumps `{__name__="went_total", n="1"} value milliseconds`, series by series.
            by_series = "".join(f"{line.rsplit(' ', 1)[0]} {int(line.rsplit(' ', 1)[1]) / 1000:.3f}\n"
                                for line in dump.splitlines())
            packed = os.path.join(folder, "dump.gz")
            with gzip.open(packed, "wt", encoding="utf-8") as out:
                out.write(by_series)
            done = lapwing("import", packed, "--data", folder + "/data")
            self.assertEqual(0, done.returncode, done.stderr)
            self.assertIn("1,440 samples of 2 series", done.stdout)
            self.assertIn("no # EOF", done.stderr)
            # The same by time, plain: nothing is there twice.
            with open(page, "rb") as text:
                again = lapwing("import", "-", "--data", folder + "/data", stdin=text)
            self.assertEqual(0, again.returncode, again.stderr)
            self.assertEqual(0, lapwing("store", "verify", folder + "/data").returncode)
            report = json.loads(lapwing("store", "inspect", folder + "/data", "--format", "json").stdout)
            self.assertEqual(2, report["series"])
            with Agent(folder=folder) as agent:
                found = agent.query("count_over_time(went_total[2h])", time=start + 3600)
                self.assertEqual([720.0, 720.0], [value for _, value in found])
                rate = agent.query('rate(went_total{n="2"}[10m])', time=start + 3000)
                self.assertAlmostEqual(2.0, rate[0][1])
                # A folder in use is nobody else's.
                for words in (["import", page, "--data", folder + "/data"], ["store", "verify", folder + "/data"],
                              ["store", "inspect", folder + "/data"], ["run", "--data", folder + "/data", "--listen", "127.0.0.1:0"]):
                    refused = lapwing(*words)
                    self.assertEqual(1, refused.returncode, words)
                    self.assertIn("in use", refused.stderr)

    def test_a_damaged_day_costs_that_day_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            start = int(time.time()) // 86400 * 86400 - 2 * 86400
            text = "".join(f"past {t % 97} {t}\n" for t in range(start + 60, start + 2 * 86400, 60)) + "# EOF\n"
            done = lapwing("import", "-", "--data", folder + "/data", input=text)
            self.assertEqual(0, done.returncode, done.stderr)
            days = sorted(name for name in os.listdir(folder + "/data/store/raw") if name.endswith(".db"))
            victim = f"{folder}/data/store/raw/{days[0]}"
            os.truncate(victim, os.path.getsize(victim) // 2)
            found = lapwing("store", "verify", folder + "/data")
            self.assertEqual(1, found.returncode)
            self.assertIn(days[0], found.stdout)
            with Agent(folder=folder) as agent:
                wait_for("collecting goes on", 15, lambda: agent.query("node_load1"))
                other = agent.query("count_over_time(past[23h])", time=start + 2 * 86400 - 60)
                self.assertEqual(23 * 60, other[0][1])

    def test_a_wrong_line_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            done = lapwing("import", "-", "--data", folder + "/data", input="a 1 1\na 2\n")
            self.assertEqual(1, done.returncode)
            self.assertIn("standard input: line 2: no time behind the value", done.stderr)


if __name__ == "__main__":
    unittest.main()
