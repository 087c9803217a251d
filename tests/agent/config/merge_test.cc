#include <algorithm>
#include <catch2/catch.hpp>

#include "agent/config/value.h"
#include "tests/support/temporary_directory.h"

namespace lapwing::config {
namespace {

struct Files {
  testing::TemporaryDirectory folder;
  std::vector<std::string> paths;

  Files(std::initializer_list<std::string_view> texts) {
    for (const std::string_view text : texts)
      paths.push_back(folder.write(std::to_string(paths.size()) + ".yml", text));
  }
  std::string failure() const {
    const auto loaded = load_files(paths);
    return loaded.ok() ? "loaded" : loaded.error().message;
  }
};

}  // namespace

TEST_CASE("files: maps merge by key and lists append, each node keeping its place") {
  const Files files = {"global: {a: 1}\nrule_files: [x.yml]\n",
                       "global: {b: 2}\nrule_files: [y.yml]\nweb: {listen: z}\n", ""};
  const auto loaded = load_files(files.paths);
  REQUIRE(loaded.ok());
  CHECK(loaded->find("global")->find("a")->text() == "1");
  CHECK(loaded->find("global")->find("b")->text() == "2");
  CHECK(loaded->find("web")->find("listen")->text() == "z");
  const auto& rules = loaded->find("rule_files")->items();
  REQUIRE(rules.size() == 2);
  CHECK(rules[0].place().file == files.paths[0]);
  CHECK(rules[1].place().file == files.paths[1]);
}

TEST_CASE("files: a scalar set twice is an error that names both places") {
  const Files files = {"global:\n  a: 1\n", "global:\n  a: 1\n"};
  CHECK(files.failure() ==
        files.paths[1] + ":2:6: global.a: is set at " + files.paths[0] + ":2:6 already");
}

TEST_CASE("files: a clash of kinds names both, and every clash is told") {
  const Files files = {"a: [1]\nb: 1\n", "a: {x: 1}\nb: 2\n"};
  const std::string message = files.failure();
  CHECK(message.find(files.paths[1] + ":1:4: a: is a map here, but a list at " + files.paths[0] +
                     ":1:4\n") == 0);
  CHECK(message.find("b: is set at") != std::string::npos);
}

TEST_CASE("files: a key with nothing behind it gives way") {
  const Files files = {"a:\nb: 1\n", "a: 2\nb:\n"};
  const auto loaded = load_files(files.paths);
  REQUIRE(loaded.ok());
  CHECK(loaded->find("a")->text() == "2");
  CHECK(loaded->find("b")->text() == "1");
}

TEST_CASE("files: a missing file, a broken one and one named twice are Invalid") {
  const testing::TemporaryDirectory folder;
  const auto missing = load_files({folder / "none.yml"});
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.error().kind == ErrorKind::Invalid);
  CHECK(missing.error().message.find(folder / "none.yml") != std::string::npos);
  const Files broken = {"a: 1\n", "a: [\n"};
  CHECK(broken.failure().find(broken.paths[1] + ":2:1: ") == 0);
  const std::string one = folder.write("one.yml", "a: [1]\n");
  CHECK(load_files({one, one}).error().message == one + ": the file is named twice");
}

TEST_CASE("files: past twenty clashes the rest is left out") {
  std::string text;
  for (int i = 0; i < 30; ++i) text += "k" + std::to_string(i) + ": 1\n";
  const Files files = {text, text};
  const std::string message = files.failure();
  CHECK(std::count(message.begin(), message.end(), '\n') == 19);
}

}  // namespace lapwing::config
