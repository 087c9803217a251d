#include "collectors/options.h"

#include <catch2/catch.hpp>

#include "collectors/registry.h"

using namespace lapwing;
using namespace lapwing::collectors;

namespace {
CollectionOptions read(const std::string& yaml, config::Diagnostics& diagnostics) {
  const auto value = config::parse_yaml("test.yml", yaml);
  REQUIRE(value.ok());
  config::Mapping root(*value, "", diagnostics);
  CollectionOptions options = read_collection_options(root, {});
  root.finish();
  return options;
}
}  // namespace

TEST_CASE("collection options: an empty configuration means the table's defaults") {
  config::Diagnostics diagnostics;
  const CollectionOptions options = read("", diagnostics);
  CHECK(diagnostics.ok());
  CHECK(options.collectors.size() == collector_table().size());
  CHECK(options.collectors.at("cpu").interval == 1s);
  CHECK(options.collectors.at("cpu").enabled);
  CHECK(options.job == "node");
}

TEST_CASE("collection options: collectors by name") {
  config::Diagnostics diagnostics;
  const CollectionOptions options = read(
      "collectors: {job: host, cpu: {interval: 2s}, os: {enabled: false},"
      " filesystem: {mount_points_exclude: '^/x'}, proc_path: /host/proc}",
      diagnostics);
  CHECK(diagnostics.ok());
  CHECK(options.job == "host");
  CHECK(options.collectors.at("cpu").interval == 2s);
  CHECK_FALSE(options.collectors.at("os").enabled);
  CHECK(options.collectors.at("filesystem").settings.at("mount_points_exclude") == "^/x");
  CHECK(options.paths.proc == "/host/proc");
}

TEST_CASE("collection options: a folder is relative to the file that names it") {
  config::Diagnostics diagnostics;
  const CollectionOptions options = read("collectors: {textfile: {directory: text}}", diagnostics);
  CHECK(diagnostics.ok());
  const std::string& directory = options.collectors.at("textfile").settings.at("directory");
  CHECK(std::string_view(directory).ends_with("text"));
}

TEST_CASE("collection options: errors") {
  for (const char* yaml : {"collectors: {wat: {}}", "collectors: {cpu: {wat: 1}}",
                           "collectors: {cpu: {interval: 1ms}}", "collectors: {job: ''}",
                           "collectors: {diskstats: {device_exclude: '('}}"}) {
    INFO(yaml);
    config::Diagnostics diagnostics;
    read(yaml, diagnostics);
    CHECK_FALSE(diagnostics.ok());
  }
}

TEST_CASE("collection options: none switches everything off") {
  CollectionOptions options = default_collection_options();
  disable_collectors(options);
  for (const auto& [name, collector] : options.collectors) CHECK_FALSE(collector.enabled);
}
