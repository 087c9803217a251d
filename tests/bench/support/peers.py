# The peers as a user would run them on one host, each with all its processes: started from
# Debian's packages unpacked below build/peers, at one second, data in a folder of the bench's own.
import contextlib
import json
import os
import pathlib
import pwd

from lapwing import PEERS, Process, free_port
from measure import cpu_seconds_of_trees, memory_bytes, processes_of_trees

LIBRARIES = {**os.environ, "LD_LIBRARY_PATH": str(PEERS.parent / "lib/x86_64-linux-gnu")}
FILE_SYSTEMS_LEFT_OUT = "rootfs sysfs proc devtmpfs devpts tmpfs fusectl cgroup overlay debugfs pstore securityfs"
COLLECTD_PLUGINS = "battery cpu df disk entropy interface irq load memory processes rrdtool swap users"


class Stack:
    """Some programs that do one job together."""

    def __init__(self, name, *programs):
        self.name = name
        self.programs = programs

    def pids(self):
        return [program.pid for program in self.programs]

    def cpu_seconds(self):
        """Of all processes, and of the children that have ended."""
        return cpu_seconds_of_trees(self.pids())

    def memory(self):
        """(resident, anonymous) of all processes together."""
        parts = [memory_bytes(pid) for pid in processes_of_trees(self.pids())]
        return [sum(column) for column in zip(*parts)] if parts else [0, 0]

    def stop(self):
        for program in self.programs:
            with contextlib.suppress(AssertionError):  # Netdata may take longer than we wait
                program.stop()


def prometheus(folder):
    """node_exporter, Prometheus with 20 rules, Alertmanager."""
    port = free_port()
    exporter = Process(PEERS / "prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{port + 1}")
    alertmanager_port = port + 2
    rules = [{"record": f"bench:rule{i}", "expr": f"sum by (mode) (rate(node_cpu_seconds_total[{10 + i}s]))"}
             for i in range(20)]
    pathlib.Path(folder, "rules.yml").write_text(
        json.dumps({"groups": [{"name": "g", "interval": "1s", "rules": rules}]}))
    pathlib.Path(folder, "alertmanager.yml").write_text(json.dumps(
        {"route": {"receiver": "none"}, "receivers": [{"name": "none"}]}))
    pathlib.Path(folder, "prometheus.yml").write_text(json.dumps({
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"}, "rule_files": ["rules.yml"],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{alertmanager_port}"]}]}]},
        "scrape_configs": [{"job_name": "node", "static_configs": [{"targets": [f"127.0.0.1:{port + 1}"]}]}]}))
    # Debian's build wants its template at its installed place.
    share = PEERS.parent / "share"
    own_share = f'mount -t overlay overlay -o lowerdir={share}:/usr/share /usr/share && exec "$@"'
    alertmanager = Process("unshare", "--mount", "sh", "-c", own_share, "sh",
                           PEERS / "prometheus-alertmanager", f"--config.file={folder}/alertmanager.yml",
                           f"--storage.path={folder}/alertmanager", "--cluster.listen-address=",
                           f"--web.listen-address=127.0.0.1:{alertmanager_port}")
    server = Process(PEERS / "prometheus", f"--config.file={folder}/prometheus.yml",
                     f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}")
    return Stack("Prometheus + node_exporter + Alertmanager", exporter, server, alertmanager)


def netdata(folder):
    """Netdata with the settings of its package, as the user who runs the bench."""
    folder = pathlib.Path(folder)
    for name in ("cache", "lib/registry", "log"):
        (folder / name).mkdir(parents=True)
    root = PEERS.parent.parent
    folder.joinpath("netdata.conf").write_text(f"""
[global]
    run as user = {pwd.getpwuid(os.getuid()).pw_name}
[directories]
    config = {root}/etc/netdata
    stock config = {root}/usr/lib/netdata/conf.d
    plugins = {root}/usr/lib/netdata/plugins.d
    web = {root}/usr/share/netdata/web
    home = {folder}/lib
    cache = {folder}/cache
    lib = {folder}/lib
    log = {folder}/log
[web]
    bind to = 127.0.0.1
    default port = {free_port() + 20}
""")
    environment = {"PATH": "/usr/bin:/bin", "DO_NOT_TRACK": "1", "DISABLE_TELEMETRY": "1",
                   "LD_LIBRARY_PATH": LIBRARIES["LD_LIBRARY_PATH"]}
    return Stack("Netdata", Process(PEERS.parent / "sbin/netdata", "-D", "-c", folder / "netdata.conf",
                                    "-P", folder / "pid", env=environment))


def collectd(folder):
    """collectd with the plugins that Debian switches on, and rrdtool's files."""
    folder = pathlib.Path(folder)
    lines = ["FQDNLookup false", 'Hostname "bench"', "Interval 1", f'BaseDir "{folder}"',
             f'PIDFile "{folder}/pid"', f'PluginDir "{PEERS.parent}/lib/collectd"',
             f'TypesDB "{PEERS.parent}/share/collectd/types.db"']
    lines += [f"LoadPlugin {name}" for name in COLLECTD_PLUGINS.split()]
    lines += ["<Plugin rrdtool>", f'DataDir "{folder}/rrd"', "</Plugin>", "<Plugin df>"]
    lines += [f"FSType {name}" for name in FILE_SYSTEMS_LEFT_OUT.split()]
    lines += ["IgnoreSelected true", "</Plugin>"]
    folder.joinpath("collectd.conf").write_text("\n".join(lines) + "\n")
    return Stack("collectd", Process(PEERS.parent / "sbin/collectd", "-f", "-C", folder / "collectd.conf",
                                     env=LIBRARIES))


ALL = [prometheus, netdata, collectd]
