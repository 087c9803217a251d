#!/usr/bin/env python3
# Odd relabelling chains: the targets of a real Prometheus 3.5 (its path in $PROMETHEUS) and Lapwing, side by side.
"""Both get one configuration whose targets nobody answers; what /api/v1/targets and scrape_pools say must be the same,
but for times, health and the address of the page that this host is known by."""
import json
import os
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/end_to_end"))
from lapwing import Agent, Process, free_port, request, wait_for  # noqa: E402

CONFIG = r"""
global: {scrape_interval: 1h, scrape_timeout: 7s}
scrape_configs:
- job_name: plain
  static_configs: [{targets: ['127.0.0.1:1', '127.0.0.1:1', '[::1]:2', 'host', 'h:x'], labels: {a: b, empty: ''}}]
- job_name: blackbox
  metrics_path: /probe
  params: {module: [http, two], zed: ['q r']}
  static_configs: [{targets: ['https://s/x?y=1&z', '']}]
  relabel_configs:
  - {source_labels: [__address__], target_label: __param_target}
  - {source_labels: [__param_target], target_label: instance}
  - {target_label: __address__, replacement: '127.0.0.1:9115'}
- job_name: odd
  scheme: https
  metrics_path: "a b?c%é;~!'()*@"
  keep_dropped_targets: 2
  static_configs:
  - targets: ['127.0.0.1:1', '127.0.0.1:22', '127.0.0.1:3', '127.0.0.1:4', 'h/x']
    labels: {__meta_one: 1, __meta_two: 'Ünï CODE ß ŉ ǅ İ', x: 'a;b', 'utf.8 name': v,
             __scrape_interval__: 30m, __scrape_timeout__: 5s}
  relabel_configs:
  - {action: labelmap, regex: '__meta_(.+)', replacement: 'm.$1'}
  - {source_labels: [m.two], target_label: low, action: lowercase}
  - {source_labels: [m.two], target_label: up, action: UpperCase}
  - {source_labels: [__address__, x], target_label: shard, modulus: 7, action: hashmod}
  - {source_labels: [__address__], regex: '.*:([0-9])', action: keep}
  - {source_labels: [x], regex: '(?P<first>[a-z]);(.*)', target_label: 'made_${first}',
     replacement: '${2}-$first-$$-$9-${nope}-$1x-${1}x'}
  - {source_labels: [x, missing, x], separator: '|', target_label: joined}
  - {target_label: constant, replacement: 'c'}
  - {source_labels: [x], regex: 'A;B', target_label: never, replacement: 'c'}
  - {source_labels: [x], regex: '(?i)A;B', target_label: ci, replacement: 'c'}
  - {source_labels: [nothing], target_label: empty, replacement: 'pre$1'}
  - {source_labels: [constant], regex: 'c|d', target_label: removed, replacement: ''}
  - {regex: 'utf.*', action: labeldrop}
  - {source_labels: [__address__], regex: '127.0.0.1:3', target_label: __scheme__, replacement: http}
  - {source_labels: [__address__], regex: '127.0.0.1:4', target_label: __param_p, replacement: 'ü &='}
  - {source_labels: [__scheme__], target_label: scheme}
- job_name: labelkeep
  static_configs: [{targets: ['127.0.0.1:1'], labels: {a: '1', b: '2', job: mine, instance: i}}]
  relabel_configs: [{action: labelkeep, regex: '__.*|a|job'}]
- job_name: equal
  static_configs: [{targets: ['127.0.0.1:1'], labels: {a: '1', b: '1', c: '2'}}]
  relabel_configs:
  - {source_labels: [a], target_label: b, action: keepequal}
  - {source_labels: [a], target_label: c, action: dropequal}
  - {source_labels: [__meta_filepath], regex: '', action: keep}
- job_name: dropped_by_equality
  static_configs: [{targets: ['127.0.0.1:1'], labels: {a: '1', b: '1'}}]
  relabel_configs: [{source_labels: [a], target_label: b, action: dropequal}]
- job_name: dropped_by_difference
  static_configs: [{targets: ['127.0.0.1:1'], labels: {a: '1', c: '2'}}]
  relabel_configs: [{source_labels: [a], target_label: c, action: keepequal}]
- job_name: no_label_left
  static_configs: [{targets: ['127.0.0.1:1']}]
  relabel_configs: [{action: labeldrop, regex: '.*'}]
- job_name: no_job_label
  static_configs: [{targets: ['127.0.0.1:1']}]
  relabel_configs: [{action: labeldrop, regex: 'job'}]
- job_name: bad_times
  static_configs: [{targets: ['127.0.0.1:1']}]
  relabel_configs: [{target_label: __scrape_timeout__, replacement: 2h}]
- job_name: limit
  target_limit: 1
  static_configs: [{targets: ['127.0.0.1:1', '127.0.0.1:2']}]
- job_name: no_path
  metrics_path: ''
  static_configs: [{targets: ['127.0.0.1:1']}]
- job_name: internal_labels
  params: {module: [configured, second]}
  static_configs: [{targets: ['127.0.0.1:1'], labels: {__tmp_a: x, __metrics_path__: /own, __scheme__: https,
                                                       __param_module: m}}]
  relabel_configs: [{source_labels: [__tmp_a], target_label: kept}]
- job_name: files
  file_sd_configs: [{files: ['*.sd.json', '*.sd.yml']}]
"""


def targets(url):
    """What is comparable, or None before all targets are there."""
    try:
        data = json.loads(request(url + "/api/v1/targets", seconds=2)[1])["data"]
        pools = json.loads(request(url + "/api/v1/scrape_pools", seconds=2)[1])["data"]
    except OSError:
        return None
    if sum(t["scrapePool"] == "files" for t in data["activeTargets"]) < 3:
        return None
    kept = ("scrapePool", "discoveredLabels", "labels", "scrapeUrl", "globalUrl", "scrapeInterval", "scrapeTimeout")
    active = sorted(json.dumps({key: t[key] for key in kept}, sort_keys=True) for t in data["activeTargets"])
    dropped = sorted(json.dumps(t, sort_keys=True) for t in data["droppedTargets"])
    return {"active": active, "dropped": dropped, "counts": data["droppedTargetCounts"], **pools}


def main():
    prometheus = os.environ.get("PROMETHEUS")
    if not prometheus:
        sys.exit("set PROMETHEUS to the program of a Prometheus 3.5 or newer; Debian 12's own is 2.42")
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "a.sd.json").write_text('[{"targets":["f:1","f:2"],"labels":{"é":"\\u00e9","x":"y"}},{}]')
        pathlib.Path(folder, "b.sd.yml").write_text('- targets: [g:1]\n  labels: {n: 1, t: true, z: "007"}\n')
        pathlib.Path(folder, "both.yml").write_text(CONFIG)
        with Process(prometheus, f"--config.file={folder}/both.yml", f"--storage.tsdb.path={folder}/prometheus",
                     f"--web.listen-address=127.0.0.1:{port}"), \
             Agent("--collectors", "none", "--config", f"{folder}/both.yml", folder=folder) as agent:
            theirs = wait_for("Prometheus's targets", 40, lambda: targets(f"http://127.0.0.1:{port}"))
            ours = wait_for("our targets", 20, lambda: targets(agent.url))
    different = [key for key in theirs if theirs[key] != ours[key]]
    for key in different:
        if isinstance(theirs[key], list):
            print(f"{key}: only theirs:", *sorted(set(theirs[key]) - set(ours[key])), sep="\n  ")
            print(f"{key}: only ours:", *sorted(set(ours[key]) - set(theirs[key])), sep="\n  ")
        else:
            print(f"{key}: theirs {theirs[key]}, ours {ours[key]}")
    print(f"{len(theirs['active'])} active and {len(theirs['dropped'])} dropped targets compared, "
          f"{'all alike' if not different else 'differences in ' + ', '.join(different)}")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
