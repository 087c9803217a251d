"""Who may include whom. One include root hides a wrong dependency from the linker; this does not."""
import unittest

import tree

BASE = {"agent/base"}
LOWER = BASE | {"agent/metrics"}
MODEL = LOWER | {"agent/model"}

# Folder → folders that it may include, besides itself. app, cli and main may use everything.
MAY_USE = {
    "agent/base": set(),
    "agent/metrics": BASE,
    "agent/model": LOWER,
    "agent/config": LOWER,
    "agent/http": LOWER,
    "agent/sqlite": LOWER,
    "agent/exposition": MODEL,
    "agent/promql": MODEL,
    "agent/tsdb": MODEL | {"agent/sqlite"},
    "agent/import": MODEL,
    "agent/remote": MODEL | {"agent/config", "agent/http"},
    "collectors": MODEL | {"agent/config", "agent/http"},
    "rules": set(),
    "alerting": MODEL | {"agent/promql", "agent/config", "agent/http", "agent/sqlite"},
    "dashboard": MODEL | {"agent/promql", "agent/config", "agent/http", "agent/exposition",
                          "agent/remote", "alerting"},
}
TOP = {"agent/app", "agent/cli", "agent/main.cc"}

# A library's headers → the one folder where they may be included; the packers have two, which
# pack whole texts in memory and unpack streams.
LIBRARY_HOME = {
    "httplib.h": "agent/http", "curl/": "agent/http", "openssl/": "agent/http",
    "zlib.h": ("agent/http", "agent/import"),
    "yaml-cpp/": "agent/config",
    "sqlite3.h": "agent/sqlite",
    "prometheus/": "agent/metrics",
    "re2/": "agent/base", "rapidjson/": "agent/base",
    "zstd.h": ("agent/tsdb", "agent/import"),
    "snappy": "agent/remote", "protozero/": "agent/remote",
}


def folder_of(path):
    """The layer that a source path lies in, or None."""
    name = str(path)
    for folder in sorted(set(MAY_USE) | TOP, key=len, reverse=True):
        if name == folder or name.startswith(folder + "/"):
            return folder
    return None


class Layering(unittest.TestCase):
    def sources(self):
        return [p for p in tree.files("*.cc", "*.h") if p.parts[0] != "tests"]

    def test_every_source_lies_in_a_known_folder(self):
        self.assertEqual([], [str(p) for p in self.sources() if folder_of(p) is None])

    def test_includes_go_one_way(self):
        wrong = []
        for path in self.sources():
            folder = folder_of(path)
            if folder in TOP:
                continue
            for quoted, header in tree.includes(path):
                target = folder_of(header) if quoted else None
                if target and target != folder and target not in MAY_USE[folder]:
                    wrong.append(f"{path} includes {header}: {folder} may not use {target}")
        self.assertEqual([], wrong)

    def test_nobody_includes_the_top(self):
        wrong = []
        for path in self.sources():
            if folder_of(path) in TOP:
                continue
            wrong += [f"{path} includes {h}" for q, h in tree.includes(path) if q and folder_of(h) in TOP]
        self.assertEqual([], wrong)

    def test_library_headers_stay_in_their_home(self):
        wrong = []
        for path in self.sources():
            for _, header in tree.includes(path):
                for prefix, home in LIBRARY_HOME.items():
                    homes = (home,) if isinstance(home, str) else home
                    if header.startswith(prefix) and folder_of(path) not in homes:
                        wrong.append(f"{path} includes <{header}>, whose home is {home}")
        self.assertEqual([], wrong)

    def test_quoted_includes_exist_from_the_root(self):
        generated = {"agent/app/version_data.h", "assets.inc"}
        wrong = []
        for path in tree.files("*.cc", "*.h"):
            for quoted, header in tree.includes(path):
                if quoted and header not in generated and not (tree.ROOT / header).is_file():
                    wrong.append(f"{path} includes \"{header}\", which is not there from the root")
        self.assertEqual([], wrong)

    def test_the_rules_have_no_circle(self):
        def reach(folder, seen):
            for used in MAY_USE[folder]:
                if used not in seen:
                    seen.add(used)
                    reach(used, seen)
            return seen
        self.assertEqual([], [f for f in MAY_USE if f in reach(f, set())])


if __name__ == "__main__":
    unittest.main()
