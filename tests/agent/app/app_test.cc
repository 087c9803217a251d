#include "agent/app/app.h"

#include <catch2/catch.hpp>

#include "tests/support/temporary_directory.h"

using namespace lapwing;
using app::App;

// What a running agent does for its users is tests/end_to_end's; here is how it starts and ends.
namespace {

struct Running {
  testing::TemporaryDirectory folder;
  std::vector<std::string> errors;
  Log log{LogLevel::Warn, [this](LogLevel level, std::string_view line) {
            if (level == LogLevel::Error) errors.emplace_back(line);
          }};

  App::Options options(std::vector<std::string> files = {}) {
    return {.files = std::move(files),
            .data_folder = folder / "data",
            .overrides = {.listen = "127.0.0.1:0", .no_collectors = true}};
  }
};

}  // namespace

TEST_CASE("app: starts on a port of the kernel's choice, is alive, and stops") {
  Running running;
  auto agent = App::start(running.options(), running.log);
  REQUIRE(agent.ok());
  CHECK((*agent)->url().starts_with("http://127.0.0.1:"));
  CHECK_FALSE((*agent)->url().ends_with(":0"));
  CHECK((*agent)->alive());
  CHECK((*agent)->status_line().find("series") != std::string::npos);
}

TEST_CASE("app: a second agent on one folder is refused while the first one runs") {
  Running running;
  {
    auto first = App::start(running.options(), running.log);
    REQUIRE(first.ok());
    auto second = App::start(running.options(), running.log);
    REQUIRE_FALSE(second.ok());
    CHECK(second.error().message.find(running.folder.path()) != std::string::npos);
  }
  CHECK(App::start(running.options(), running.log).ok());
}

TEST_CASE("app: a reload takes over all of a configuration or none of it") {
  Running running;
  const std::string file = running.folder.write("lapwing.yml", "global: {instance: one}\n");
  auto agent = App::start(running.options({file}), running.log);
  REQUIRE(agent.ok());
  running.folder.write("lapwing.yml", "nonsense: 1\n");
  CHECK((*agent)->reload().error().kind == ErrorKind::Invalid);
  CHECK(running.errors.size() == 1);
  running.folder.write("lapwing.yml", "global: {instance: two}\n");
  CHECK((*agent)->reload().ok());
}

TEST_CASE("app: what keeps it from starting is one message") {
  Running running;
  CHECK_FALSE(App::start(running.options({"/nowhere/lapwing.yml"}), running.log).ok());
  running.folder.write("data", "a file is in the way");
  CHECK_FALSE(App::start(running.options(), running.log).ok());
}
