#include "alerting/receivers/robot.h"

#include <catch2/catch.hpp>

#include "agent/config/mapping.h"
#include "agent/config/value.h"

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

Robot read(const char* yaml, config::Diagnostics& diagnostics) {
  const auto root = config::parse_yaml("f", yaml);
  config::Mapping map(*root, "", diagnostics);
  Robot robot = read_robot(map);
  map.finish();
  return robot;
}

}  // namespace

TEST_CASE("robot: where it listens and what signs, each named when it cannot be had") {
  config::Diagnostics diagnostics;
  const Robot robot = read("{webhook_url: 'http://r/', secret_file: /nowhere}", diagnostics);
  CHECK(diagnostics.ok());
  CHECK(robot.reveal_url().value() == "http://r/");
  CHECK_FALSE(robot.secret.empty());
  CHECK(robot.reveal_secret().error().message.find("secret") != std::string::npos);
}

TEST_CASE("robot: without a URL it is an error, without a secret nothing is signed") {
  config::Diagnostics diagnostics;
  CHECK(read("{title: t}", diagnostics).secret.empty());
  CHECK(diagnostics.errors().size() == 1);
}
