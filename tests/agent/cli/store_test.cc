#include "agent/cli/store.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "agent/cli/command.h"
#include "agent/cli/import.h"
#include "agent/tsdb/folder.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;

namespace {

/// A data folder with an hour of three series.
void fill(const testing::TemporaryDirectory& folder) {
  std::string text;
  for (int i = 0; i < 3600; ++i)
    for (const char* name : {"a", "b", "c"})
      text += std::string(name) + " " + std::to_string(i * i % 9973) + " " +
              std::to_string(1'700'000'000 + i) + "\n";
  REQUIRE(cli::import_command({folder.write("f.om", text + "# EOF\n"), "--data",
                               folder / "data"}) == cli::kSuccess);
}

std::string raw_file(const testing::TemporaryDirectory& folder) {
  return folder / "data/store/raw/2023-11-14.db";
}

}  // namespace

TEST_CASE("store: a sound folder is sound, named as data folder or as store") {
  const testing::TemporaryDirectory folder;
  fill(folder);
  CHECK(cli::store_command({"verify", folder / "data"}) == cli::kSuccess);
  CHECK(cli::store_command({"verify", folder / "data/store/"}) == cli::kSuccess);
  CHECK(cli::store_command({"inspect", folder / "data"}) == cli::kSuccess);
  CHECK(cli::store_command({"inspect", folder / "data", "--format", "json"}) == cli::kSuccess);
}

TEST_CASE("store: a flipped byte in a day's file is found") {
  const testing::TemporaryDirectory folder;
  fill(folder);
  const auto size = std::filesystem::file_size(raw_file(folder));
  {
    std::fstream file(raw_file(folder), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(std::streamoff(size / 2));
    file.write("damaged!", 8);
  }
  CHECK(cli::store_command({"verify", folder / "data"}) == cli::kFailure);
}

TEST_CASE("store: a file cut short is found") {
  const testing::TemporaryDirectory folder;
  fill(folder);
  std::filesystem::resize_file(raw_file(folder), std::filesystem::file_size(raw_file(folder)) / 2);
  CHECK(cli::store_command({"verify", folder / "data"}) == cli::kFailure);
}

TEST_CASE("store: a folder in use is refused") {
  const testing::TemporaryDirectory folder;
  fill(folder);
  const auto held = tsdb::Folder::open_existing(folder / "data/store");
  REQUIRE(held);
  CHECK(cli::store_command({"verify", folder / "data"}) == cli::kFailure);
  CHECK(cli::store_command({"inspect", folder / "data"}) == cli::kFailure);
}

TEST_CASE("store: where there is none, none is made") {
  const testing::TemporaryDirectory folder;
  CHECK(cli::store_command({"inspect", folder.path()}) == cli::kFailure);
  CHECK(cli::store_command({"verify", folder / "none"}) == cli::kFailure);
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("store: wrong calls are usage errors") {
  CHECK(cli::store_command({}) == cli::kUsageError);
  CHECK(cli::store_command({"repair"}) == cli::kUsageError);
  CHECK(cli::store_command({"verify"}) == cli::kUsageError);
  CHECK(cli::store_command({"inspect", "x", "--top", "0"}) == cli::kUsageError);
  CHECK(cli::store_command({"inspect", "x", "--format", "xml"}) == cli::kUsageError);
  CHECK(cli::store_command({"--help"}) == cli::kSuccess);
  CHECK(cli::store_command({"verify", "--help"}) == cli::kSuccess);
}
