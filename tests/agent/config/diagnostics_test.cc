#include <catch2/catch.hpp>

#include "agent/config/mapping.h"

namespace lapwing::config {

TEST_CASE("diagnostics: without errors the result is success, warnings or not") {
  Diagnostics diagnostics;
  diagnostics.warn({"a.yml", 1, 1}, "hm");
  CHECK(diagnostics.ok());
  CHECK(diagnostics.result().ok());
  CHECK(diagnostics.warnings().size() == 1);
}

TEST_CASE("diagnostics: errors come in the order of file and line, a line each") {
  Diagnostics diagnostics;
  diagnostics.error({"a.yml", 12, 3}, "late");
  diagnostics.error({"a.yml", 2, 5}, "early");
  diagnostics.error({}, "nowhere");
  REQUIRE_FALSE(diagnostics.ok());
  const auto result = diagnostics.result();
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().kind == ErrorKind::Invalid);
  CHECK(result.error().message == "nowhere\na.yml:2:5: early\na.yml:12:3: late");
}

TEST_CASE("diagnostics: past fifty errors only their number is told") {
  Diagnostics diagnostics;
  for (int i = 1; i <= 53; ++i) diagnostics.error({"a.yml", i, 1}, "wrong");
  const std::string message = diagnostics.result().error().message;
  CHECK(message.find("a.yml:50:1") != std::string::npos);
  CHECK(message.find("a.yml:51:1") == std::string::npos);
  CHECK(message.find("and 3 more errors") != std::string::npos);
}

}  // namespace lapwing::config
