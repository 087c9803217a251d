#include "agent/config/mapping.h"

#include <catch2/catch.hpp>
#include <optional>

namespace lapwing::config {
namespace {

Value parsed(std::string_view text) { return *parse_yaml("lapwing.yml", text); }

/// What `read` complains about when it reads `text`, one line an error.
std::string complaints(std::string_view text, const std::function<void(Mapping&)>& read) {
  Diagnostics diagnostics;
  Mapping mapping(parsed(text), "", diagnostics);
  read(mapping);
  mapping.finish();
  const auto result = diagnostics.result();
  return result.ok() ? "" : result.error().message;
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

}  // namespace

TEST_CASE("mapping: every reader gives what stands there") {
  Diagnostics diagnostics;
  Mapping mapping(parsed("text: hello\nsecret: pssst\nflag: yes\nwhole: -5\nnumber: 1e3\n"
                         "time: 1h30m\nsize: 512MiB\nlevel: warn\nwords: [a, 'b']\n"
                         "labels: {team: infra, empty: }\nfile: rules/x.yml\n"
                         "files: [/etc/a, b]\n"),
                  "", diagnostics);
  CHECK(mapping.string("text") == "hello");
  CHECK(mapping.secret("secret").reveal() == "pssst");
  CHECK(mapping.flag("flag", false));
  CHECK(mapping.integer("whole", 0, -5, 5) == -5);
  CHECK(mapping.number("number", 0) == 1000);
  CHECK(mapping.duration("time", 0s) == 90min);
  CHECK(mapping.size_bytes("size", 0) == 512u << 20);
  CHECK(mapping.choice("level", "info", {"info", "warn"}) == "warn");
  CHECK(mapping.strings("words") == std::vector<std::string>{"a", "b"});
  CHECK(mapping.string_map("labels") == Pairs{{"team", "infra"}, {"empty", ""}});
  CHECK(mapping.path("file") == "rules/x.yml");
  CHECK(mapping.paths("files") == std::vector<std::string>{"/etc/a", "b"});
  mapping.finish();
  CHECK(diagnostics.ok());
}

TEST_CASE("mapping: what is missing, or has nothing behind it, reads as the fallback") {
  Diagnostics diagnostics;
  Mapping mapping(parsed("text:\nnumber: ~\n"), "", diagnostics);
  CHECK_FALSE(mapping.has("text"));
  CHECK(mapping.string("text", "x") == "x");
  CHECK(mapping.number("number", 7) == 7);
  CHECK(mapping.secret("secret").empty());
  CHECK(mapping.flag("flag", true));
  CHECK(mapping.integer("whole", 3, 0, 9) == 3);
  CHECK(mapping.duration("time", 5s) == 5s);
  CHECK(mapping.size_bytes("size", 8) == 8);
  CHECK(mapping.choice("level", "info", {"info"}) == "info");
  CHECK(mapping.strings("words").empty());
  CHECK(mapping.string_map("labels").empty());
  CHECK(mapping.path("file", "d.yml") == "d.yml");
  CHECK(mapping.paths("files").empty());
  CHECK(mapping.raw("raw") == nullptr);
  mapping.section("section", [](Mapping&) { FAIL("nothing is there"); });
  mapping.each("list", [](Mapping&) { FAIL("nothing is there"); });
  mapping.finish();
  CHECK(diagnostics.ok());
}

TEST_CASE("mapping: an error names file, line, column, path of keys and what was expected") {
  const std::string found =
      complaints("store:\n  retention:\n    raw:\n      time: \"15 days\"\n", [](Mapping& top) {
        top.section("store", [](Mapping& store) {
          store.section("retention", [](Mapping& retention) {
            retention.section("raw", [](Mapping& raw) { CHECK(raw.duration("time", 2h) == 2h); });
          });
        });
      });
  CHECK(found ==
        "lapwing.yml:4:13: store.retention.raw.time: expected a duration such as 15d, "
        "found \"15 days\"");
}

TEST_CASE("mapping: an unknown key is an error with the nearest known one") {
  const std::string found = complaints("store:\n  retenton: 1\n", [](Mapping& top) {
    top.section("store", [](Mapping& store) { store.string("retention"); });
  });
  CHECK(found == "lapwing.yml:2:3: store: unknown key \"retenton\" (did you mean \"retention\"?)");
  CHECK(complaints("zzzzzz: 1\n", [](Mapping& top) { top.string("web"); }) ==
        "lapwing.yml:1:1: unknown key \"zzzzzz\"");
}

TEST_CASE("mapping: an unknown key is told once, also when the reader finishes by itself") {
  CHECK(complaints("web:\n  prt: 1\n", [](Mapping& top) {
          top.section("web", [](Mapping& web) { web.finish(); });
          top.finish();
        }) == "lapwing.yml:2:3: web: unknown key \"prt\"");
}

TEST_CASE("mapping: each kind of value refuses the others") {
  const auto one = [](const char* text, const std::function<void(Mapping&)>& read) {
    const std::string found = complaints(text, read);
    return found.substr(std::min(found.find(": a: "), found.size() - 2) + 2);
  };
  const auto whole = [](Mapping& m) { CHECK(m.integer("a", 9, 1, 65535) == 9); };
  CHECK(one("a: 0", whole) == "a: expected a whole number from 1 to 65535, found \"0\"");
  CHECK(one("a: 65536", whole) == "a: expected a whole number from 1 to 65535, found \"65536\"");
  CHECK(one("a: 1.5", whole) == "a: expected a whole number from 1 to 65535, found \"1.5\"");
  CHECK(one("a: 99999999999999999999", whole).find("a: expected a whole number") == 0);
  CHECK(one("a: ''", whole) == "a: expected a whole number from 1 to 65535, found \"\"");
  CHECK(one("a: [1]", whole) == "a: expected a whole number from 1 to 65535, found a list");
  CHECK(one("a: {}", [](Mapping& m) { m.string("a"); }) == "a: expected a text, found a map");
  CHECK(one("a: 1", [](Mapping& m) { m.flag("a", false); }) ==
        "a: expected true or false, found \"1\"");
  CHECK(one("a: 'true'", [](Mapping& m) { m.flag("a", false); }) ==
        "a: expected true or false, found \"true\"");
  CHECK(one("a: .nan", [](Mapping& m) { m.number("a", 0); }).find("a: expected a number") == 0);
  CHECK(one("a: nan", [](Mapping& m) { m.number("a", 0); }).find("a: expected a number") == 0);
  CHECK(one("a: debg", [](Mapping& m) { m.choice("a", "", {"debug", "info", "warn"}); }) ==
        "a: expected one of debug, info or warn, found \"debg\"");
  CHECK(one("a: x", [](Mapping& m) { m.strings("a"); }) ==
        "a: expected a list of texts, found \"x\"");
  CHECK(complaints("a: [x, [y]]", [](Mapping& m) { m.strings("a"); }) ==
        "lapwing.yml:1:8: a[1]: expected a text, found a list");
  CHECK(complaints("a: [x, '']", [](Mapping& m) { m.paths("a"); }) ==
        "lapwing.yml:1:8: a[1]: expected a path, found \"\"");
  CHECK(one("a: [x]", [](Mapping& m) { m.string_map("a"); }) ==
        "a: expected a map of texts, found a list");
  CHECK(complaints("a: {b: [x]}", [](Mapping& m) { m.string_map("a"); }) ==
        "lapwing.yml:1:8: a.b: expected a text, found a list");
  CHECK(one("a: x", [](Mapping& m) { m.section("a", [](Mapping&) {}); }) ==
        "a: expected a map, found \"x\"");
  CHECK(one("a: {b: 1}", [](Mapping& m) { m.each("a", [](Mapping&) {}); }) ==
        "a: expected a list of maps, found a map");
}

TEST_CASE("mapping: sizes count in 1024, with fractions, and refuse what overflows") {
  const auto size = [](const char* text) -> std::optional<std::uint64_t> {
    Diagnostics diagnostics;
    Mapping mapping(parsed(std::string("a: ") + text), "", diagnostics);
    const std::uint64_t found = mapping.size_bytes("a", 77);
    if (diagnostics.ok()) return found;
    CHECK(found == 77);
    return std::nullopt;
  };
  CHECK(size("1024") == 1024);
  CHECK(size("17B") == 17);
  CHECK(size("2KB") == 2048);
  CHECK(size("2KiB") == 2048);
  CHECK(size("1.5GB") == (3u << 29));
  CHECK(size("1TiB") == std::uint64_t(1) << 40);
  CHECK(size("15EB") == std::uint64_t(15) << 60);
  for (const char* wrong : {"16EB", "16.5EB", "1.5", "1.5B", "12 MB", "1Mb", "1M", "-1", "MB", ".",
                            "''", "1.2.3GB", "18446744073709551616"})
    CHECK_FALSE(size(wrong));
}

TEST_CASE("mapping: a required text that is missing or empty is an error") {
  const auto read = [](Mapping& top) {
    top.each("receivers", [](Mapping& receiver) { receiver.required_string("name"); });
  };
  CHECK(complaints("receivers:\n  - {}\n", read) ==
        "lapwing.yml:2:5: receivers[0].name: is required");
  CHECK(complaints("receivers:\n  - name: ''\n", read) ==
        "lapwing.yml:2:11: receivers[0].name: is required");
  CHECK(complaints("receivers:\n  - name: [x]\n", read) ==
        "lapwing.yml:2:11: receivers[0].name: expected a text, found a list");
  CHECK(complaints("receivers:\n  - name: x\n", read).empty());
}

TEST_CASE("mapping: a list of maps reads each, and goes on after a wrong one") {
  int calls = 0;
  const std::string found = complaints("jobs: [{name: a}, 5, {nam: b}]\n", [&](Mapping& top) {
    top.each("jobs", [&](Mapping& job) {
      ++calls;
      job.string("name");
    });
  });
  CHECK(calls == 2);
  CHECK(found ==
        "lapwing.yml:1:19: jobs[1]: expected a map, found \"5\"\n"
        "lapwing.yml:1:23: jobs[2]: unknown key \"nam\" (did you mean \"name\"?)");
}

TEST_CASE("mapping: an outermost value that is no map is an error") {
  CHECK(complaints("[1]", [](Mapping&) {}) == "lapwing.yml:1:1: expected a map, found a list");
  CHECK(complaints("", [](Mapping&) {}).empty());
}

TEST_CASE("mapping: keys that are not served warn where they are set") {
  Diagnostics diagnostics;
  Mapping mapping(parsed("remote_read: []\nscrape_configs: []\n"), "", diagnostics);
  mapping.not_served({"remote_read", "tracing"});
  mapping.raw("scrape_configs");
  mapping.finish();
  CHECK(diagnostics.ok());
  REQUIRE(diagnostics.warnings().size() == 1);
  CHECK(diagnostics.warnings()[0].place.to_string() == "lapwing.yml:1:1");
  CHECK(diagnostics.warnings()[0].message == "remote_read: is not served yet and has no effect");
}

TEST_CASE("mapping: an error of the caller's stands at the value, or at the section") {
  CHECK(complaints("web:\n  port: 5\n", [](Mapping& top) {
          top.section("web", [](Mapping& web) {
            web.error("port", "is taken");
            web.error("host", "is missing");
          });
        }) == "lapwing.yml:2:3: web.host: is missing\nlapwing.yml:2:9: web.port: is taken");
}

TEST_CASE("mapping: a secret is in no message") {
  const std::string found =
      complaints("password: [hunter2]\n", [](Mapping& top) { top.secret("password"); });
  CHECK(found == "lapwing.yml:1:11: password: expected a text, found a list");
}

TEST_CASE("mapping: what is shown of a long or broken text is one short line") {
  const std::string found = complaints("a: \"" + std::string(59, 'x') + "ääää\\nb\"\n",
                                       [](Mapping& top) { top.number("a", 0); });
  CHECK(found.find(std::string(59, 'x') + "ä…\"") != std::string::npos);
  CHECK(found.find('\n') == std::string::npos);
}

TEST_CASE("path: relative to the folder of the file that names it") {
  CHECK(resolve_path({"/etc/lapwing/lapwing.yml", 1, 1}, "rules/a.yml") ==
        "/etc/lapwing/rules/a.yml");
  CHECK(resolve_path({"/etc/lapwing/lapwing.yml", 1, 1}, "/srv/a.yml") == "/srv/a.yml");
  CHECK(resolve_path({"lapwing.yml", 1, 1}, "a.yml") == "a.yml");
  CHECK(resolve_path({"lapwing.yml", 1, 1}, "").empty());
  CHECK(resolve_path({}, "a.yml") == "a.yml");
}

}  // namespace lapwing::config
