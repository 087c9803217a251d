#!/usr/bin/env python3
# The store beside Prometheus and VictoriaMetrics: bytes a sample, CPU to write, import and read, growth, a year's folder.
import argparse
import contextlib
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
from measure import row, written_bytes  # noqa: E402
from lapwing import BINARY, PEERS, ROOT, Agent, Process, free_port, wait_for  # noqa: E402

TOOL = BINARY.parent / "tests/bench/store_bench"
DATA = ROOT.parent / "shared/data/node-1s.om.zst"  # beside the checkout; --data names another


def run(*command, **options):
    """(CPU seconds, standard output) of a program that must succeed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([str(c) for c in command], check=False, capture_output=True, text=True, **options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(str(c) for c in command)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def tool(*words):
    """The figures that store_bench prints."""
    _, text = run(TOOL, *words)
    return {name: float(value) for name, value in (line.split() for line in text.splitlines())}


def size(folder, keep=lambda path: True):
    return sum(p.stat().st_size for p in pathlib.Path(folder).rglob("*") if p.is_file() and keep(p))


def is_chunks(path):
    return path.suffix == ".db"


def import_file(file, folder):
    """CPU seconds, samples, bytes of day files, tiers and labels."""
    spent, text = run(BINARY, "import", file, "--data", folder)
    samples = int(text.split(" samples")[0].replace(",", ""))
    return spent, samples, size(folder / "store", is_chunks)


def prometheus_import(text, folder):
    spent, _ = run(PEERS / "promtool", "tsdb", "create-blocks-from", "openmetrics", text, folder)
    return spent, size(folder)


class VictoriaMetrics(Process):
    def __init__(self, folder, *options):
        self.port = free_port()
        super().__init__(PEERS / "victoria-metrics", f"-storageDataPath={folder}", "-retentionPeriod=100y",
                         f"-httpListenAddr=127.0.0.1:{self.port}", *options)
        try:
            wait_for("VictoriaMetrics serves", 20, lambda: self.get("/health"))
        except AssertionError:
            self.stop()
            raise

    def get(self, path, body=None):
        with contextlib.suppress(OSError):
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", data=body, timeout=60) as answer:
                return answer.read() or b"ok"
        return b""


def victoria_import(text, folder):
    """The same samples, their times in milliseconds as it wants them; merged as far as it merges."""
    lines = []
    for line in text.read_bytes().splitlines():
        if not line.startswith(b"#"):
            series, _, seconds = line.rpartition(b" ")
            lines.append(b"%s %d" % (series, round(float(seconds) * 1000)))
    with VictoriaMetrics(folder) as server:
        before = cpu(server.pid)
        for i in range(0, len(lines), 100_000):
            assert server.get("/api/v1/import/prometheus", b"\n".join(lines[i:i + 100_000]) + b"\n")
        server.get("/internal/force_flush")
        spent = cpu(server.pid) - before
        server.get("/internal/force_merge")
        wait_for("it has merged", 30, settled(folder), 1)
        server.stop()
    return spent, size(pathlib.Path(folder) / "data") + size(pathlib.Path(folder) / "indexdb")


def settled(folder):
    seen = []

    def same():
        seen.append(size(folder))
        return len(seen) > 2 and seen[-1] == seen[-2] == seen[-3]
    return same


def cpu(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Live:
    """Agent and peers side by side at one second, from the start of the benchmark to its end."""

    def __init__(self, folder, stack):
        """`stack` ends what was started, also when the next one does not start."""
        self.folder = folder
        self.agent = stack.enter_context(Agent(folder=folder / "agent"))
        exporter_port = free_port() + 1
        stack.enter_context(Process(PEERS / "prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{exporter_port}"))
        scrape = folder / "scrape.yml"
        scrape.write_text(json.dumps({"global": {"scrape_interval": "1s"}, "scrape_configs": [
            {"job_name": "node", "static_configs": [{"targets": [f"127.0.0.1:{exporter_port}"]}]}]}))
        victoria = stack.enter_context(VictoriaMetrics(folder / "victoria", f"-promscrape.config={scrape}"))
        port = free_port()  # only now: the ones before are taken
        prometheus = stack.enter_context(Process(
            PEERS / "prometheus", f"--config.file={scrape}", f"--storage.tsdb.path={folder}/prometheus",
            f"--web.listen-address=127.0.0.1:{port}"))
        self.servers = {"Prometheus": (prometheus, port, "prometheus_tsdb_head_samples_appended_total"),
                        "VictoriaMetrics": (victoria, victoria.port, "vm_rows_inserted_total")}
        self.before = {}

    def start(self):
        time.sleep(5)
        self.before = self.now()

    def now(self):
        status = self.agent.api("status/lapwing")["store"]
        figures = {"Lapwing": (status["samplesAppended"], written_bytes(self.agent.pid), status["bytesWritten"])}
        for name, (process, port, counter) in self.servers.items():
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
                page = answer.read().decode()
            samples = sum(float(line.split()[-1]) for line in page.splitlines() if line.startswith(counter))
            figures[name] = (samples, written_bytes(process.pid), None)
        return figures

    def finish(self):
        """{name: (samples, bytes handed to the kernel a sample, whole pages a sample)}, and our own samples as text."""
        out = {}
        for name, (samples, (handed, pages), own) in self.now().items():
            old_samples, (old_handed, old_pages), old_own = self.before[name]
            count = max(samples - old_samples, 1)
            handed = own - old_own if own is not None else handed - old_handed
            out[name] = (count, handed / count, (pages - old_pages) / count)
        text = self.folder / "own.om"
        write_openmetrics(self.agent.api("query", query='{job!="",job!="lapwing"}[1h]')["result"], text)
        return out, text


def write_openmetrics(result, path):
    """A matrix as a file that goes by time, as collected: a page a second."""
    samples = []
    for number, series in enumerate(result):
        labels = dict(series["metric"])
        name = labels.pop("__name__")
        shown = name + "{" + ",".join(f"{k}={json.dumps(v, ensure_ascii=False)}" for k, v in sorted(labels.items())) + "}"
        samples += [(t, number, f"{shown} {value} {t}\n") for t, value in series["values"]]
    samples.sort(key=lambda sample: sample[:2])
    path.write_text("".join(line for _, _, line in samples) + "# EOF\n")


def disk(folder, data, text):
    ours_cpu, samples, ours = min(import_file(data, folder / f"import{i}") for i in range(3))
    prometheus_cpu, prometheus = prometheus_import(text, folder / "blocks")
    victoria_cpu, victoria = victoria_import(text, folder / "victoria_import")
    live = tool("live", data, folder / "live")
    host = tool("live", data, folder / "host", "host")
    print(f"Disk, {data.name}: {samples:,} samples, {live['series']:.0f} series (day files, tiers, labels):")
    row("bytes a sample, imported", ours / samples, 0.40, "B")
    row("bytes a sample, collected live", live["disk_bytes"] / live["samples"], 0.40, "B")
    row("  its host part alone (no go_, process_ …)", host["disk_bytes"] / host["samples"], 0.25, "B")
    row("Prometheus, a block by promtool", prometheus / samples, None, "B")
    row("VictoriaMetrics, merged", victoria / samples, None, "B")
    print("Written, the same collected live at 1 s (journal, chunks, tiers):")
    row("bytes a sample, by the store's counters", live["written_bytes"] / live["samples"], 2, "B")
    print("Import, all of the CPU of the process:")
    row("samples a second a core", samples / ours_cpu / 1e6, 5, "million", most=False)
    row("promtool create-blocks-from", samples / prometheus_cpu / 1e6, None, "million")
    row("VictoriaMetrics, /api/v1/import", samples / max(victoria_cpu, 0.01) / 1e6, None, "million")
    print("Ingest, live at 1 s:")
    row("append(), CPU a sample", live["append_ns"], 60, "ns")
    row("  journal, chunks and tiers included", live["whole_ns"], None, "ns")
    newest = 1000 * float(text.read_bytes().rstrip().splitlines()[-2].split()[-1])
    read = min((tool("read", folder / "live", 0, int(newest) + 1000) for _ in range(3)), key=lambda r: r["read_ns"])
    print("Read from disk to columns:")
    row(f"{read['samples']:,.0f} samples, CPU a sample, the first read of a process", read["read_ns"], 2, "ns")
    row("  read again", read["again_ns"], 2, "ns")


def growth(folder):
    print("Growth (1,000 synthetic series at 1 s, the agent's own clock run ahead):")
    whole, longest = [], None
    for count in (1_000, 10_000, 100_000):
        longest = folder / f"scale{count}"
        figures = tool("scale", longest, 1000, count, 1000)
        whole.append(figures["whole_ns"])
        row(f"{count // 1000:>3} million samples, CPU a sample", figures["whole_ns"], None, "ns")
        row("    bytes a sample; peak memory, MiB", figures["disk_bytes"] / figures["samples"], None,
            f"B {figures['peak_bytes'] / 2**20:9.0f}")
    row("cost at 100 million, as a part of that at 10", whole[2] / whole[1], 1.25)
    wide = tool("read", longest, 6, 1_700_000_000_000 + 100_000_000)
    print(f"One read of {wide['series']:,.0f} series × 6 h of seconds, {wide['samples'] / 1e6:.1f} million samples:")
    row("CPU a sample, the first read of a process", wide["read_ns"], 2, "ns")
    row("  read again", wide["again_ns"], 2, "ns")
    row("memory beyond the resident store, at its peak", wide["peak_more_bytes"] / 2**20, 32, "MiB")
    row("  kept afterwards", wide["kept_more_bytes"] / 2**20, 4, "MiB")


def year(folder):
    tool("scale", folder / "year", 10, 365 * 144, 600_000)
    opened = tool("open", folder / "year")
    print(f"A folder of a year, {opened['files']:.0f} files, nothing of it in the page cache:")
    row("open", opened["open_ms"] / 1000, 1, "s")


def own_collectors(folder, live, seconds):
    figures, text = live.finish()
    print(f"Live on this host for {seconds:.0f} s beside the benchmark, all at 1 s:")
    for name, (count, handed, pages) in figures.items():
        row(f"{name}: bytes written a sample", handed, 2 if name == "Lapwing" else None, "B")
        row("    whole pages that the kernel writes", pages, None, f"B  {count:,.0f} samples")
    _, samples, bytes_ = import_file(text, folder / "own")
    # In minutes labels and empty tables weigh many times their part of a day: judged from an hour on.
    limit = 0.25 if seconds >= 3600 else None
    _, report = run(BINARY, "store", "inspect", folder / "own", "--format", "json")
    raw = json.loads(report)["tiers"]["raw"]
    row("own collectors' series on disk, raw chunks alone", raw["chunkBytes"] / max(samples, 1), limit, "B")
    row(f"    with labels, minutes, empty tables, {seconds:.0f} s", bytes_ / max(samples, 1), limit, f"B  {samples:,} samples")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=pathlib.Path, default=DATA, help="OpenMetrics text with times, as zstd")
    options.add_argument("--only", choices=["disk", "growth", "year", "live"], help="one part of it")
    options.add_argument("--seconds", type=int, default=120, help="the least that runs live")
    arguments = options.parse_args()
    subprocess.run(["ninja", "-C", BINARY.parent, "store_bench"], check=True, stdout=subprocess.DEVNULL)
    wanted = [arguments.only] if arguments.only else ["live", "disk", "growth", "year"]
    if "disk" in wanted and not arguments.data.exists():
        raise SystemExit(f"no {arguments.data}: name a recording with --data FILE")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="lapwing-store-") as name, contextlib.ExitStack() as stack:
        folder, live = pathlib.Path(name), None
        if "live" in wanted:
            live = Live(folder, stack)
            live.start()
        if "disk" in wanted:
            text = folder / "data.om"
            with text.open("wb") as out:
                subprocess.run(["zstd", "-dcq", arguments.data], check=True, stdout=out)
            disk(folder, arguments.data, text)
        if "growth" in wanted:
            growth(folder)
        if "year" in wanted:
            year(folder)
        if live is not None:
            time.sleep(max(0, arguments.seconds - (time.monotonic() - began)))
            own_collectors(folder, live, time.monotonic() - began)
    print(f"({time.monotonic() - began:.0f} s)")


if __name__ == "__main__":
    main()
