#include "collectors/host/uname.h"

#include <sys/utsname.h>

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

namespace {

void write_names(const BareHost& host) {
  host.proc("sys/kernel/ostype", "Linux\n");
  host.proc("sys/kernel/osrelease", "6.1.0-x\n");
  host.proc("sys/kernel/version", "#1 SMP \"odd\"\n");
  host.proc("sys/kernel/hostname", "web1\n");
  host.proc("sys/kernel/domainname", "(none)\n");
}

std::string series(const std::string& machine) {
  return R"x(node_uname_info{sysname="Linux",release="6.1.0-x",version="#1 SMP \"odd\"",machine=")x" +
         machine + R"x(",nodename="web1",domainname="(none)"})x";
}

}  // namespace

TEST_CASE("uname: each name of the kernel's") {
  BareHost host;
  write_names(host);
  host.proc("sys/kernel/arch", "riscv64\n");
  CHECK(host.bed.run("uname") == Samples{{series("riscv64"), 1}});
  CHECK(host.bed.last.ok());
}

TEST_CASE("uname: kernels before 6.1 do not tell the machine, uname(2) does") {
  BareHost host;
  write_names(host);
  struct utsname names{};
  REQUIRE(::uname(&names) == 0);
  CHECK(host.bed.run("uname") == Samples{{series(names.machine), 1}});
}

TEST_CASE("uname: a missing name is no data, an empty one an empty label") {
  BareHost host;
  host.proc("sys/kernel/ostype", "Linux\n");
  CHECK(host.bed.run("uname").empty());
  CHECK(host.bed.failed(ErrorKind::NoData));
  write_names(host);
  host.proc("sys/kernel/arch", "");
  CHECK(host.bed.run("uname") == Samples{{series(""), 1}});
}
