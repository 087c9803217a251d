#include "agent/cli/version.h"

#include <catch2/catch.hpp>

#include "agent/app/version.h"
#include "agent/cli/command.h"

using namespace lapwing;

TEST_CASE("version: prints and succeeds; anything else on the line is a usage error") {
  CHECK(cli::version_command({}) == cli::kSuccess);
  CHECK(cli::version_command({"--help"}) == cli::kSuccess);
  CHECK(cli::version_command({"please"}) == cli::kUsageError);
}

TEST_CASE("version: the build says what it is") {
  CHECK(app::kVersion == "0.1.0");
  CHECK_FALSE(app::kRevision.empty());
}
