#include "agent/cli/import.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "agent/base/log.h"
#include "agent/cli/command.h"
#include "agent/metrics/registry.h"
#include "agent/tsdb/store.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;

namespace {

/// "series samples" of a data folder's store, and the first series' times.
struct Found {
  std::size_t series = 0;
  std::vector<std::int64_t> times;
};

Found found_in(const std::string& data) {
  const SystemClock clock;
  Log log(LogLevel::Error);
  metrics::Registry registry;
  tsdb::StoreOptions options;
  options.folder = data + "/store";
  const auto store = tsdb::Store::open(options, clock, log, registry);
  REQUIRE(store);
  const auto set = (*store)->select({}, {});
  REQUIRE(set);
  Found found;
  found.series = (*set)->size();
  Columns columns;
  if (found.series > 0) REQUIRE((*set)->read(0, columns));
  for (const Timestamp time : columns.times) found.times.push_back(to_millis(time));
  return found;
}

}  // namespace

TEST_CASE("import: samples of any time since 1970 go into an empty folder, twice as well") {
  const testing::TemporaryDirectory folder;
  const std::string file =
      folder.write("f.om", "a 1 0\nb 1 0\na 2 86400.5\na 3 1700000000\n# EOF\n");
  for (int round = 0; round < 2; ++round) {
    CHECK(cli::import_command({file, "--data", folder / "data"}) == cli::kSuccess);
    const Found found = found_in(folder / "data");
    CHECK(found.series == 2);
    CHECK(found.times == std::vector<std::int64_t>{0, 86'400'500, 1'700'000'000'000});
  }
}

TEST_CASE("import: a text by series, over many hours, arrives whole") {
  const testing::TemporaryDirectory folder;
  std::string text;
  for (const char* name : {"a", "b"})
    for (int i = 0; i < 40'000; ++i)
      text += std::string(name) + " " + std::to_string(i % 7) + " " +
              std::to_string(1'700'000'000 + i * 5) + "\n";
  CHECK(cli::import_command({folder.write("f.om", text), "--data", folder / "data"}) ==
        cli::kSuccess);
  const Found found = found_in(folder / "data");
  CHECK(found.series == 2);
  CHECK(found.times.size() == 40'000);
}

TEST_CASE("import: what stands before a mistake stays, and the exit code says so") {
  const testing::TemporaryDirectory folder;
  const std::string file = folder.write("f.om", "a 1 1\na 2 2\na x 3\n");
  CHECK(cli::import_command({file, "--data", folder / "data"}) == cli::kFailure);
  CHECK(found_in(folder / "data").times == std::vector<std::int64_t>{1000, 2000});
}

TEST_CASE("import: a sample that contradicts another of the text is left out and said") {
  const testing::TemporaryDirectory folder;
  const std::string file = folder.write("f.om", "a 1 1\na 2 1\n# EOF\n");
  CHECK(cli::import_command({file, "--data", folder / "data"}) == cli::kFailure);
}

TEST_CASE("import: a folder in use is refused and left as it is") {
  const testing::TemporaryDirectory folder;
  const SystemClock clock;
  Log log(LogLevel::Error);
  metrics::Registry registry;
  tsdb::StoreOptions options;
  options.folder = folder / "data/store";
  std::filesystem::create_directories(folder / "data");
  const auto agent = tsdb::Store::open(options, clock, log, registry);
  REQUIRE(agent);
  const std::string file = folder.write("f.om", "a 1 1\n# EOF\n");
  CHECK(cli::import_command({file, "--data", folder / "data"}) == cli::kFailure);
  const auto set = (*agent)->select({}, {});
  CHECK((*set)->size() == 0);
}

TEST_CASE("import: wrong calls are usage errors, a missing file is not") {
  CHECK(cli::import_command({}) == cli::kUsageError);
  CHECK(cli::import_command({"f"}) == cli::kUsageError);
  CHECK(cli::import_command({"f", "g", "--data", "d"}) == cli::kUsageError);
  const testing::TemporaryDirectory folder;
  CHECK(cli::import_command({folder / "none", "--data", folder / "data"}) == cli::kFailure);
  CHECK_FALSE(std::filesystem::exists(folder / "data"));
}
