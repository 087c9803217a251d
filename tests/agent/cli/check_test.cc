#include "agent/cli/check.h"

#include <catch2/catch.hpp>

#include "agent/cli/command.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;

TEST_CASE("check: a sound configuration succeeds, a broken or missing one fails") {
  const testing::TemporaryDirectory folder;
  CHECK(cli::check_command({"config", folder.write("good.yml", "global: {}\n")}) == cli::kSuccess);
  CHECK(cli::check_command({"config", folder.write("bad.yml", "nonsense: 1\n")}) == cli::kFailure);
  CHECK(cli::check_command({"config", folder / "none.yml"}) == cli::kFailure);
}

TEST_CASE("check: files are checked together") {
  const testing::TemporaryDirectory folder;
  const std::string one = folder.write("one.yml", "web: {listen: ':1'}\n");
  const std::string two = folder.write("two.yml", "web: {listen: ':2'}\n");
  CHECK(cli::check_command({"config", one}) == cli::kSuccess);
  CHECK(cli::check_command({"config", one, two}) == cli::kFailure);
}

TEST_CASE("check: what to check must be said") {
  CHECK(cli::check_command({}) == cli::kUsageError);
  CHECK(cli::check_command({"config"}) == cli::kUsageError);
  CHECK(cli::check_command({"--help"}) == cli::kSuccess);
}
