#include "agent/cli/command.h"

#include <catch2/catch.hpp>

using namespace lapwing;

TEST_CASE("command: help succeeds, nothing and the unknown are usage errors") {
  CHECK(cli::run_command({"--help"}) == cli::kSuccess);
  CHECK(cli::run_command({}) == cli::kUsageError);
  CHECK(cli::run_command({"rnu"}) == cli::kUsageError);
  CHECK(cli::run_command({"--version"}) == cli::kSuccess);
}

TEST_CASE("command: every command answers --help") {
  for (const cli::Command& command : cli::commands()) {
    INFO(command.name);
    CHECK(command.run({"--help"}) == cli::kSuccess);
    CHECK(command.run({"--no-such-option"}) == cli::kUsageError);
    CHECK_FALSE(command.summary.empty());
  }
}
