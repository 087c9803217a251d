#include <catch2/catch.hpp>

#include "collectors/services/service_directory.h"
#include "tests/collectors/services/process_tree.h"
#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::collectors;
using lapwing::testing::HostBed;
using lapwing::testing::ProcessTree;

TEST_CASE("services: without a directory there is NoData") {
  HostBed bed;
  bed.run("services");
  CHECK(bed.failed(ErrorKind::NoData));
}

TEST_CASE("services: processes by service, the rest as other") {
  ProcessTree tree;
  tree.process({.pid = 10, .comm = "a"});
  tree.process({.pid = 11, .comm = "a"});
  tree.process({.pid = 12, .comm = "b"});
  HostBed bed(tree.paths());
  services::ServiceDirectory directory(tree.paths(), {.service_limit = 1});
  bed.context.services = &directory;
  auto samples = bed.run("services");
  CHECK(samples.at(R"(service_processes{service="a"})") == 2);
  CHECK(samples.at(R"(service_processes{service="other"})") == 1);
  CHECK(samples.at(R"(service_info{service="a",kind="processes"})") == 1);
}
