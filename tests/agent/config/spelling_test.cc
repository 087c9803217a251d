#include "agent/config/spelling.h"

#include <catch2/catch.hpp>

namespace lapwing::config {

TEST_CASE("spelling: a slip of the hand finds its word") {
  const std::set<std::string, std::less<>> known = {"retention", "compression", "web", "global"};
  CHECK(nearest_word("retenton", known) == "retention");
  CHECK(nearest_word("retnetion", known) == "retention");
  CHECK(nearest_word("golbal", known) == "global");
  CHECK(nearest_word("wbe", known) == "web");
}

TEST_CASE("spelling: another word finds nothing") {
  const std::set<std::string, std::less<>> known = {"retention", "web"};
  CHECK(nearest_word("receivers", known).empty());
  CHECK(nearest_word("xy", known).empty());
  CHECK(nearest_word("", known).empty());
  CHECK(nearest_word("retention", {}).empty());
}

TEST_CASE("spelling: of two near words the nearer wins") {
  CHECK(nearest_word("tims", {"dims_", "time"}) == "time");
}

TEST_CASE("spelling: overlong words are not compared") {
  CHECK(nearest_word(std::string(5000, 'a'), {std::string(5001, 'a')}).empty());
}

}  // namespace lapwing::config
