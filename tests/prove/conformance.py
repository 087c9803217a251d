#!/usr/bin/env python3
# Random queries against a real Prometheus 3.x (its path in $PROMETHEUS) and Lapwing with the same data.
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/end_to_end"))
sys.path.insert(0, str(ROOT / "tests/prove/support"))
from lapwing import Agent, Process, free_port, wait_for  # noqa: E402
from servers import ready  # noqa: E402


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=10000)
    options.add_argument("--seed", type=int, default=1)
    arguments = options.parse_args()
    prometheus = os.environ.get("PROMETHEUS")
    if not prometheus:
        sys.exit("set PROMETHEUS to the program of a Prometheus 3.5 or newer; Debian 12's own is 2.42")
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "empty.yml").write_text("{}\n")
        with Process(prometheus, f"--config.file={folder}/empty.yml", f"--storage.tsdb.path={folder}/prometheus",
                     f"--web.listen-address=127.0.0.1:{port}", "--web.enable-remote-write-receiver",
                     "--enable-feature=promql-experimental-functions,promql-duration-expr"), \
             Agent("--collectors", "none", folder=folder,
                   config="web: {enable_remote_write_receiver: true}\nrules: {shipped: false}\n") as agent:
            wait_for("Prometheus", 30, lambda: ready(f"http://127.0.0.1:{port}"))
            compared = subprocess.run([sys.executable, ROOT / "tests/promql/differential.py", f"http://127.0.0.1:{port}",
                                       agent.url, "--push", "--seed", str(arguments.seed), "--count", str(arguments.count)])
    sys.exit(compared.returncode)


if __name__ == "__main__":
    main()
