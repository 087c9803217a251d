#!/usr/bin/env python3
# Verdicts on rule files and their unit tests: real promtool 3.5 (its path in $PROMTOOL) and `lapwing check|test rules`.
"""    PROMTOOL=/path/to/promtool ./dev prove rule_files [--verbose]

Each case is a small file, sound or not (support/rule_file_cases.py); both must come to the same verdict.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/end_to_end"))
sys.path.insert(0, str(ROOT / "tests/prove/support"))
from lapwing import BINARY  # noqa: E402
from rule_file_cases import ACCEPTED, FILES, TEST_RULES, TESTS  # noqa: E402


def verdict(*words, cwd):
    run = subprocess.run([str(w) for w in words], capture_output=True, text=True, cwd=cwd)
    return run.returncode == 0, (run.stdout + run.stderr).strip()


def main():
    promtool = os.environ.get("PROMTOOL")
    if not promtool:
        sys.exit("rule_files: set PROMTOOL to the program of Prometheus 3.5 or newer")
    sound = alike = accepted = differing = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "rules.yml").write_text(TEST_RULES)
        cases = [("check", text) for text in FILES] + [("test", text) for text in TESTS]
        for kind, text in cases:
            path = folder / "case.yml"
            path.write_text(text)
            theirs, their_words = verdict(promtool, kind, "rules", *(["--lint=none"] if kind == "check" else []), path, cwd=folder)
            ours, our_words = verdict(BINARY, kind, "rules", path, cwd=folder)
            sound += theirs
            reason = next((why for part, why in ACCEPTED.items() if part in text), None)
            if theirs == ours:
                alike += 1
            elif reason:
                accepted += 1
            else:
                differing += 1
                print(f"DIFFERS ({kind}): promtool {theirs}, lapwing {ours}\n{text}\n  promtool: {their_words[-400:]}\n  lapwing: {our_words[-400:]}")
            if "--verbose" in sys.argv:
                print(f"{theirs}/{ours} {text[:120]!r}\n    {our_words[-200:]}")
    print(f"rule files: {len(cases)} cases ({sound} sound), {alike} alike, {accepted} differ for a written reason, {differing} differ")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
