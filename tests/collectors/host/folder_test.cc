#include "collectors/host/folder.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;
using namespace lapwing::collectors;
using namespace lapwing::collectors::host;

TEST_CASE("folder: names come sorted and by their beginning; a missing folder is no data") {
  const testing::TemporaryDirectory folder;
  for (const char* name : {"b2", "b10", "a"}) folder.write(name, "");
  CHECK(*list_folder(folder.path()) == std::vector<std::string>{"a", "b10", "b2"});
  CHECK(*list_folder(folder.path(), "b") == std::vector<std::string>{"b10", "b2"});
  const auto missing = list_folder(folder / "none");
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.error().kind == ErrorKind::NoData);
}

TEST_CASE("folder: a value is decimal, hexadecimal or nothing") {
  CHECK(number_of("-8000") == -8000.0);
  CHECK(number_of("0.5") == 0.5);
  CHECK(number_of("0x10") == 16.0);
  for (const char* text : {"", "x", "1 2", "0x", "0xg", "<unsupported>"})
    CHECK_FALSE(number_of(text).has_value());
}

TEST_CASE("folder: text loses the blanks around it; what cannot be read is empty") {
  const testing::TemporaryDirectory folder;
  folder.write("name", "  Package id 0 \n");
  CHECK(text_of(folder / "name") == "Package id 0");
  CHECK(text_of(folder / "none").empty());
  CHECK(text_of(folder.path()).empty());
}

TEST_CASE("folder: attributes that a device lacks are left out") {
  static constexpr Attribute kAttributes[] = {
      {"one", 10, {"one", "", MetricType::Gauge, {"device"}}},
      {"two", 1, {"two", "", MetricType::Gauge, {"device"}}}};
  const testing::TemporaryDirectory folder;
  folder.write("one", "4\n");
  MetricWriter out(10);
  out.begin();
  write_attributes(kAttributes, folder.path(), {"d"}, out);
  CHECK(testing::samples_of(out) == Samples{{R"(one{device="d"})", 40}});
}

TEST_CASE("folder: names for metrics have no other characters and no underscores at the ends") {
  CHECK(clean_name("Intel 5500/5520 (IOH)") == "intel_5500_5520__ioh");
  CHECK(clean_name("__a:b__") == "a:b");
  CHECK(clean_name("--").empty());
}
