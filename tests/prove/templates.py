#!/usr/bin/env python3
# Templates of notifications byte for byte: a real amtool 0.33 (below $ORACLES, as unpacked) and `lapwing test template`.
"""amtool renders texts of our own (text and HTML) on one notification, then Alertmanager's default templates, which lie
beside it. Lapwing must give the same bytes, or both must refuse.

    ORACLES=/path/to/root/usr/bin ./dev prove templates [--verbose]
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/end_to_end"))
sys.path.insert(0, str(ROOT / "tests/prove/support"))
from lapwing import BINARY  # noqa: E402
from template_cases import DATA, DEFAULTS, HTML, TEXTS  # noqa: E402

VERBOSE = "--verbose" in sys.argv
ORACLES = pathlib.Path(os.environ.get("ORACLES", ""))

def lapwing(text, data, html=False, files=()):
    words = [BINARY, "test", "template", "--text", text, "--data", data]
    for pattern in files:
        words += ["--files", pattern]
    run = subprocess.run([str(w) for w in words] + (["--html"] if html else []), capture_output=True, text=True)
    return (run.stdout[:-1] if run.returncode == 0 else None), run.stderr


def amtool(text, data, html=False, files="/nothing/*"):
    run = subprocess.run([str(ORACLES / "amtool"), "template", "render", f"--template.glob={files}", f"--template.data={data}",
                          f"--template.text={text}", f"--template.type={'html' if html else 'text'}"],
                         capture_output=True, text=True)
    return (run.stdout if run.returncode == 0 else None), run.stderr


class Tally:
    def __init__(self):
        self.same = self.refused = 0
        self.different = []

    def compare(self, what, wanted, got):
        if wanted[0] == got[0]:
            self.same += 1
            self.refused += wanted[0] is None
            return
        self.different.append(what)
        print(f"DIFFERS {what}\n  real:    {wanted[0]!r} {wanted[1].strip()[-200:]}\n  lapwing: {got[0]!r} {got[1].strip()[-200:]}")


def default_templates(tally, folder, defaults):
    """All default templates, on a notification that fires, one where some has ended, one where all has."""
    for turn, ended in enumerate(([], [1], [0, 1])):
        data = folder / f"data{turn}.json"
        alerts = [dict(alert, status="resolved" if i in ended else "firing") for i, alert in enumerate(DATA["alerts"])]
        data.write_text(json.dumps(dict(DATA, alerts=alerts, status="resolved" if len(ended) == 2 else "firing")))
        for name, dot in DEFAULTS:
            text = '[{{ template "%s" %s }}]' % (name, dot)
            tally.compare(f"{name}, turn {turn}", amtool(text, data, files=defaults), lapwing(text, data))


def main():
    if not (ORACLES / "amtool").exists():
        raise SystemExit("templates: set ORACLES to the usr/bin of an unpacked Alertmanager 0.33 or newer")
    tally = Tally()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        data = folder / "data.json"
        data.write_text(json.dumps(DATA))
        (folder / "own.tmpl").write_text('{{ define "own" }}<{{ . }}>{{ end }}top {{ len .Alerts }}\n{{ define "blank" }} {{ end }}')
        files = f"{folder}/*.tmpl"
        for text in TEXTS:
            if VERBOSE:
                print(text)
            tally.compare(text, amtool(text, data, files=files), lapwing(text, data, files=[files]))
        for text in HTML:
            tally.compare("html " + text, amtool(text, data, True), lapwing(text, data, True))
        default_templates(tally, folder, ORACLES.parent / "share/prometheus/alertmanager/*.tmpl")
    print(f"templates: {tally.same} alike ({tally.refused} of them refused by both), {len(tally.different)} differ")
    return 1 if tally.different else 0


if __name__ == "__main__":
    sys.exit(main())
