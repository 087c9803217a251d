"""Style as a test: what STYLE says that a script can see."""
import re
import unittest

import tree

LINE_LIMIT = 600
FORBIDDEN_NAMES = {"util", "utils", "helper", "helpers", "manager", "common", "misc"}
MARKS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
MACHINE = re.compile(r"/(work|root|home)/(main|shared|\.library)\b")
REGISTRY = re.compile(r"registry\.npmjs\.org|deb\.debian\.org")
SLEEP = re.compile(r"sleep_for|sleep_until|\busleep\(|\bsleep\(")

# Sources (or folders of them) without a twin of their own, and where they are tested instead.
NO_TWIN = {
    "agent/main.cc": "tests/end_to_end",
    "agent/app/parts.cc": "tests/agent/app/app_test.cc",
    "agent/app/version.cc": "tests/agent/cli/version_test.cc",
    "agent/promql/": "tests/promql",  # evaluation is tested by scripts, checked against Prometheus
    "agent/tsdb/bucket_encode.cc": "tests/agent/tsdb/bucket_chunk_test.cc",
    "agent/tsdb/dense_decode.cc": "tests/agent/tsdb/dense_column_test.cc",
    "agent/tsdb/group_encode.cc": "tests/agent/tsdb/group_test.cc",
    "agent/tsdb/store_open.cc": "tests/agent/tsdb/crash_test.cc",
    "agent/tsdb/store_read.cc": "tests/agent/tsdb/store_test.cc",
    "collectors/probe/dns_probe.cc": "tests/collectors/probe/prober_test.cc",
    "collectors/probe/http_probe.cc": "tests/collectors/probe/prober_test.cc",
    "collectors/probe/icmp_probe.cc": "tests/collectors/probe/prober_test.cc",
    "collectors/probe/probe.cc": "tests/collectors/probe/prober_test.cc",
    "collectors/probe/stream.cc": "tests/collectors/probe/prober_test.cc",
    "collectors/probe/tcp_probe.cc": "tests/collectors/probe/prober_test.cc",
    "alerting/evaluator_status.cc": "tests/alerting/evaluator_test.cc",
    "alerting/template/": "tests/alerting/template",
}


def code():
    return tree.files("*.cc", "*.h")


class Style(unittest.TestCase):
    def test_files_stay_small(self):
        long = [f"{p}: {len(tree.text(p).splitlines())} lines" for p in tree.files("*.cc", "*.h", "*.ts", "*.py")
                if len(tree.text(p).splitlines()) > LINE_LIMIT]
        self.assertEqual([], long)

    def test_headers_say_what_they_are_for(self):
        silent = [str(p) for p in code() if p.suffix == ".h" and not tree.text(p).startswith("//")]
        self.assertEqual([], silent)

    def test_headers_are_guarded(self):
        self.assertEqual([], [str(p) for p in code() if p.suffix == ".h" and "#pragma once\n" not in tree.text(p)])

    def test_sources_begin_with_their_header_or_a_word_on_themselves(self):
        wrong = []
        for path in code():
            if path.suffix != ".cc" or path.parts[0] == "tests":
                continue
            first = tree.text(path).split("\n", 1)[0]
            if not first.startswith("//") and first != f'#include "{path.with_suffix(".h")}"':
                wrong.append(f"{path} begins with: {first}")
        self.assertEqual([], wrong)

    def test_names_mean_something(self):
        words = [str(p) for p in code() if FORBIDDEN_NAMES & set(re.split(r"[_.]", p.name))]
        self.assertEqual([], words)

    def test_nothing_is_left_for_later(self):
        marked = [f"{p}: {m.group()}" for p in tree.files("*.cc", "*.h", "*.ts", "*.py", "*.txt", "dev")
                  if p.name != "style_test.py" for m in [MARKS.search(tree.text(p))] if m]
        self.assertEqual([], marked)

    def test_nothing_of_one_machine_is_in_the_tree(self):
        wrong = []
        for path in tree.files():
            if path.name == "style_test.py" or path.suffix in {".png", ".zst"} or "corpus" in path.parts:
                continue
            content = (tree.ROOT / path).read_bytes().decode("utf-8", "replace")
            wrong += [f"{path}: {m.group()}" for m in [MACHINE.search(content), REGISTRY.search(content)] if m]
        self.assertEqual([], wrong)

    def test_text_ends_in_one_line_break_and_has_no_trailing_blanks(self):
        wrong = []
        for path in tree.files("*.cc", "*.h", "*.py", "*.md", "*.ts", "*.css", "*.yml", "*CMakeLists.txt"):
            content = tree.text(path)
            if content and (not content.endswith("\n") or content.endswith("\n\n")):
                wrong.append(f"{path}: its end")
            if path.suffix != ".md" and re.search(r"[ \t]\n", content):
                wrong.append(f"{path}: trailing blanks")
        self.assertEqual([], wrong)

    def test_every_source_has_a_twin(self):
        missing = []
        for path in code():
            if path.suffix != ".cc" or path.parts[0] == "tests" or str(path).startswith(tuple(NO_TWIN)):
                continue
            twin = tree.ROOT / "tests" / path.parent / f"{path.stem}_test.cc"
            if not twin.is_file():
                missing.append(f"{path} has no {twin.relative_to(tree.ROOT)}")
        self.assertEqual([], missing)

    def test_exceptions_name_what_exists(self):
        stale = [p for p, where in NO_TWIN.items()
                 if not (tree.ROOT / p).exists() or not (tree.ROOT / where.split(":")[0]).exists()]
        self.assertEqual([], stale)

    def test_tests_do_not_sleep(self):
        sleepy = [str(p) for p in tree.files("tests/*_test.cc") if SLEEP.search(tree.text(p))]
        self.assertEqual([], sleepy)

    def test_decisions_are_numbered_and_fit_a_page(self):
        notes = [p for p in tree.files("agent/decisions/*.md")]
        self.assertTrue(notes)
        numbers = [p.name[:4] for p in notes]
        self.assertEqual([f"{i + 1:04d}" for i in range(len(notes))], numbers)
        self.assertEqual([], [str(p) for p in notes if len(tree.text(p).splitlines()) > 60])


if __name__ == "__main__":
    unittest.main()
