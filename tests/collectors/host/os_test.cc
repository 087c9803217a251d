#include "collectors/host/os.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::collectors::host;
using namespace lapwing::testing;

TEST_CASE("os: quotes and escapes come off") {
  const auto values =
      parse_os_release("A=\"x \\\"y\\\" \\$z\"\nB='it\\s'\nC=plain\\ text\nD=\"\"\n");
  CHECK(values.at("A") == "x \"y\" $z");
  CHECK(values.at("B") == "it\\s");
  CHECK(values.at("C") == "plain text");
  CHECK(values.at("D").empty());
}

TEST_CASE("os: comments, blank lines and lines without a value are skipped") {
  CHECK(parse_os_release("").empty());
  const auto values = parse_os_release("# A=1\n\nnone\nB=2\nB=3\n");
  CHECK(values.size() == 1);
  CHECK(values.at("B") == "3");
}

TEST_CASE("os: a value cut short stays as it is") {
  CHECK(parse_os_release("A=\"half").at("A") == "\"half");
  CHECK(parse_os_release("A=\"").at("A") == "\"");
  CHECK(parse_os_release("A=").at("A").empty());
  CHECK(parse_os_release("A=x\\").at("A") == "x\\");
}

TEST_CASE("os: versions are numbers as far as major and minor go") {
  CHECK(version_number("12") == 12.0);
  CHECK(version_number("22.04.1") == 22.04);
  CHECK(version_number("9.5-beta") == 9.5);
  CHECK(version_number("7.") == 7.0);
  for (const char* text : {"", "sid", ".5", "-1"}) CHECK_FALSE(version_number(text));
}

TEST_CASE("os: /etc goes before /usr/lib") {
  BareHost host;
  const auto id_of = [&] {
    for (const auto& [series, value] : host.bed.run("os"))
      if (series.rfind("node_os_info", 0) == 0) return series;
    return std::string("none");
  };
  CHECK(id_of() == "none");
  CHECK(host.bed.failed(ErrorKind::NoData));
  host.root("usr/lib/os-release", "ID=vendor\n");
  CHECK(id_of().find(R"(id="vendor")") != std::string::npos);
  host.root("etc/os-release", "ID=own\n");
  CHECK(id_of().find(R"(id="own")") != std::string::npos);
}

TEST_CASE("os: each property has its label; without a number there is no version") {
  BareHost host;
  host.root("etc/os-release",
            "BUILD_ID=b\nID=i\nID_LIKE=l\nIMAGE_ID=m\nIMAGE_VERSION=v\nNAME=n\nPRETTY_NAME=p\n"
            "VARIANT=t\nVARIANT_ID=d\nVERSION=e\nVERSION_CODENAME=c\nVERSION_ID=rolling\n");
  CHECK(host.bed.run("os") ==
        Samples{{R"(node_os_info{build_id="b",id="i",id_like="l",image_id="m",image_version="v",)"
                 R"(name="n",pretty_name="p",variant="t",variant_id="d",version="e",)"
                 R"(version_codename="c",version_id="rolling"})",
                 1}});
  host.root("etc/os-release", "ID=i\nNAME=n\nVERSION_ID=\"22.04\"\n");
  CHECK(host.bed.run("os").at(R"(node_os_version{id="i",id_like="",name="n"})") == 22.04);
}
