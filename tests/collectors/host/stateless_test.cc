#include "collectors/host/stateless.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("stateless: the function gets the host's folders and says how it went") {
  BareHost host;
  host.proc("x", "1");
  const collectors::FactoryInput input{host.bed.context, {}, host.bed.registry};
  collectors::host::StatelessCollector collector(
      input, [](const collectors::HostPaths& paths, collectors::MetricWriter&) -> Result<void> {
        return no_data(paths.proc);
      });
  host.bed.run(collector);
  REQUIRE(host.bed.failed(ErrorKind::NoData));
  CHECK(host.bed.last.error().message == host.folder / "proc");
}
