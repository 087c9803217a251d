#include "collectors/scrape/discovery/file.h"

#include <catch2/catch.hpp>

#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::collectors::scrape;

namespace {

std::string addresses(const Found& found) {
  std::string text;
  for (const TargetGroup& group : found.groups)
    for (const TextPairs& target : group.targets) text += target.at(0).second + " ";
  return text;
}

}  // namespace

TEST_CASE("file discovery: patterns, both formats, the file's name as a label") {
  const testing::TemporaryDirectory folder;
  folder.write("a.json", R"([{"targets":["a:1"]}])");
  folder.write("b.yml", "- targets: [b:1]\n");
  folder.write("b.txt", "nonsense");
  FileLookup lookup({.patterns = {folder / "*.json", folder / "*.yml", folder / "none-*.yml"}});
  const Found found = lookup.refresh();
  CHECK(found.trouble.empty());
  CHECK(addresses(found) == "a:1 b:1 ");
  CHECK(found.groups.at(0).labels == TextPairs{{"__meta_filepath", folder / "a.json"}});
}

TEST_CASE(
    "file discovery: a change is seen, a broken file keeps its targets, one gone loses them") {
  const testing::TemporaryDirectory folder;
  folder.write("a.yml", "- targets: [a:1]\n");
  folder.write("b.yml", "- targets: [b:1]\n");
  FileLookup lookup({.patterns = {folder / "*.yml"}});
  CHECK(addresses(lookup.refresh()) == "a:1 b:1 ");
  folder.write("a.yml", "- targets: [a:1, a:22]\n");
  CHECK(addresses(lookup.refresh()) == "a:1 a:22 b:1 ");
  folder.write("a.yml", "- targets: [a:1, a:2, a:3\n");
  const Found broken = lookup.refresh();
  CHECK(addresses(broken) == "a:1 a:22 b:1 ");
  REQUIRE(broken.trouble.size() == 1);
  CHECK(broken.trouble[0].find("a.yml") != std::string::npos);
  CHECK(lookup.refresh().trouble.size() == 1);  // as long as it is broken
  std::filesystem::remove(folder / "a.yml");
  const Found gone = lookup.refresh();
  CHECK(addresses(gone) == "b:1 ");
  CHECK(gone.trouble.empty());
}
