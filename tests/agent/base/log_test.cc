#include "agent/base/log.h"

#include <catch2/catch.hpp>
#include <vector>

using namespace lapwing;

TEST_CASE("log: lines below the level are left out") {
  std::vector<std::string> lines;
  Log log(LogLevel::Warn, [&](LogLevel, std::string_view line) { lines.emplace_back(line); });
  log.info("quiet {}", 1);
  log.warn("loud {}", 2);
  log.error("louder");
  CHECK(lines == std::vector<std::string>{"loud 2", "louder"});
}

TEST_CASE("log: input cannot forge a line of its own") {
  std::string seen;
  Log log(LogLevel::Debug, [&](LogLevel, std::string_view line) { seen = line; });
  log.info("name {}", "x\nerror: forged\x1b[2J");
  CHECK(seen == "name x error: forged [2J");
}

TEST_CASE("log: level names read back, others are Invalid") {
  CHECK(*parse_log_level("debug") == LogLevel::Debug);
  CHECK(name(*parse_log_level("warn")) == "warn");
  CHECK_FALSE(parse_log_level("loud").ok());
}
