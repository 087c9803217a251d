#include "agent/tsdb/tier_files.h"

#include <catch2/catch.hpp>

#include "tests/agent/tsdb/support.h"

using namespace lapwing;
using namespace lapwing::tsdb;
using lapwing::testing::TemporaryDirectory;
using lapwing::tsdb::testing::kStart;

TEST_CASE("tier files: found by name in the order of time, none opened") {
  const TemporaryDirectory folder;
  folder.write("2023-11-16.db", "no database");
  folder.write("2023-11-15.db", "no database");
  folder.write("2023-11-15.db.damaged", "");
  TierFiles files(folder.path(), Tier::Raw);
  REQUIRE(files.list().ok());
  REQUIRE(files.all().size() == 2);
  CHECK(files.all()[0]->span().start == kStart);
  CHECK(files.bytes() == 22);
  CHECK(files.in({kStart + 25h, kStart + 26h}).size() == 1);
  CHECK(files.in({kStart + 49h, kNever}).empty());
  CHECK(files.find(kStart + 24h) == files.all()[0]);
  CHECK(files.find(kStart + 25h) == files.all()[1]);
  CHECK(files.find(kStart) == nullptr);
  CHECK(TierFiles::retained(files.all())[0].end == kStart + 24h);
}

TEST_CASE("tier files: a new file takes its place, a removed one reads as empty") {
  const TemporaryDirectory folder;
  TierFiles files(folder.path(), Tier::Minutes);
  REQUIRE(files.list().ok());
  const auto late = files.get(kStart + 30h);
  const auto early = files.get(kStart + 1h);
  CHECK(files.get(kStart + 2h) == early);
  CHECK(files.all() == std::vector<TierFiles::File>{early, late});
  files.remove(early);
  CHECK(files.all() == std::vector<TierFiles::File>{late});
  CHECK(early->retired());
}

TEST_CASE("tier files: a folder that is missing is Unavailable") {
  const TemporaryDirectory folder;
  TierFiles files(folder / "missing", Tier::Hours);
  CHECK(files.list().error().kind == ErrorKind::Unavailable);
}
