"""What services use, with the real binary: a storm of short-lived processes, and who ran when."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from lapwing import BINARY, Agent, wait_for

CONFIG = """
collectors:
  report_interval: 1s
services:
  limit: 500
  top: {interval: 1s}
rules: {shipped: false}
"""

# Forks thousands of children that are gone before anybody could look at them, by twos and threes and
# through a parent of their own, beside one that lives long enough to be seen; then says what the kernel
# counted for all of them.
STORM = """
import os, resource, sys, time

def burn(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(100))

def child(work):
    pid = os.fork()
    if pid == 0:
        work()
        os._exit(0)
    return pid

def family():
    for _ in range(20):
        os.waitpid(child(lambda: burn(0.0005)), 0)

print("ready", flush=True)
sys.stdin.readline()
long_lived = child(lambda: burn(1.5))
forks = 1
end = time.monotonic() + 6
while time.monotonic() < end or forks < 1500:
    several = [child(lambda: burn(0.0005)) for _ in range(3)] + [child(family)]
    for pid in several:
        os.waitpid(pid, 0)
    forks += 3 + 21
os.waitpid(long_lived, 0)
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(sum(u.ru_utime + u.ru_stime for u in used), forks, flush=True)
sys.stdin.readline()
"""


def host_cpu():
    """Seconds in user and kernel mode of all tasks, by the kernel's own total."""
    user, nice, system = map(int, pathlib.Path("/proc/stat").read_text().split()[1:4])
    return (user + nice + system) / os.sysconf("SC_CLK_TCK")


def cpu(agent, service):
    found = agent.query(f'sum(service_cpu_seconds_total{{service="{service}"}})')
    return found[0][1] if found else 0.0


def all_cpu(agent):
    return agent.query("sum(service_cpu_seconds_total)")[0][1]


class Services(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="lapwing-services-")
        script = pathlib.Path(self.folder.name) / "storm-maker.py"
        script.write_text(STORM)
        self.storm = subprocess.Popen([sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.assertEqual("ready", self.storm.stdout.readline().strip())

    def tearDown(self):
        self.storm.kill()
        self.storm.communicate()
        self.folder.cleanup()

    def test_short_lived_processes_are_counted_once_and_the_past_can_be_asked_for(self):
        agent = Agent(folder=self.folder.name, config=CONFIG)
        try:
            wait_for("the storm is a service", 20, lambda: agent.query('service_info{service="storm-maker.py"}'))
            time.sleep(1.5)  # two ticks: what it used to start with is counted
            before, all_before, host_before = cpu(agent, "storm-maker.py"), all_cpu(agent), host_cpu()
            self.storm.stdin.write("\n")
            self.storm.stdin.flush()
            used, forks = map(float, self.storm.stdout.readline().split())
            self.assertGreater(forks, 1000)
            # The last child's end shows with the parent's next reading.
            wait_for("the storm is counted", 15, lambda: cpu(agent, "storm-maker.py") - before > 0.9 * used)
            time.sleep(2.5)
            counted = cpu(agent, "storm-maker.py") - before
            print(f"\n{forks:.0f} forks used {used:.2f} s of CPU, {counted:.2f} s were counted", file=sys.stderr)
            self.assertAlmostEqual(counted, used, delta=0.02 * used + 0.1)

            # The host's own total is sampled by ticks, and most processes are read in turns of 10 s: the
            # longer, the nearer.
            def as_the_host():
                everything, host = all_cpu(agent) - all_before, host_cpu() - host_before
                print(f"all services {everything:.2f} s, the host {host:.2f} s", file=sys.stderr)
                return abs(everything - host) < 0.07 * host + 0.5
            wait_for("all services have used what the host has", 60, as_the_host, 2)

            self.assertGreater(agent.query('sum(service_processes)')[0][1], 3)
            series = [labels for labels, _ in agent.query(
                '{__name__=~"service_(cpu|disk|io|memory|open|page|processes|restarts|run|start|threads).*"}')]
            self.assertTrue(all("service" in labels for labels in series))
            pids = {str(self.storm.pid), str(agent.pid), str(os.getpid())}
            self.assertFalse(pids & {labels["service"] for labels in series})

            now = agent.api("top")
            self.assertTrue(now["processes"])
            # What a kill leaves: all but the last moment.
            time.sleep(1.2)
            agent.stop(signal.SIGKILL)
        finally:
            agent.stop(signal.SIGKILL)
        with Agent(folder=self.folder.name, config=CONFIG) as again:
            past = again.api("top", time=now["time"])
            self.assertEqual(now, past)
            done = subprocess.run([BINARY, "top", "--at", now["time"], "--url", again.url], capture_output=True, text=True,
                                  check=False, timeout=30)
            self.assertEqual(0, done.returncode, done.stderr)
            self.assertIn(now["processes"][0]["name"], done.stdout)
            self.assertNotIn(self.folder.name, json.dumps(past))  # command lines are not kept


if __name__ == "__main__":
    unittest.main()
