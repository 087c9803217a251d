// All host collectors on the fixture trees: one golden page, checked against node_exporter on the
// same trees. What a page cannot show is in each collector's own test.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>

#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::testing;

namespace {

// Space of real file systems differs from machine to machine, as does when a fixture was written.
bool is_real(const std::string& line) {
  for (const char* name : {"node_filesystem_size", "node_filesystem_free", "node_filesystem_avail",
                           "node_filesystem_files", "node_textfile_mtime_seconds"})
    if (line.rfind(name, 0) == 0) return true;
  return false;
}

// These ask the kernel itself, not a file.
bool asks_kernel(std::string_view name) {
  return name == "timex" || name == "tcpstat" || name == "service_network";
}

// Some labels are paths, which differ from checkout to checkout.
std::string without_checkout(std::string page) {
  const std::string checkout = LAPWING_SOURCE_DIR;
  for (std::size_t at = page.find(checkout); at != std::string::npos; at = page.find(checkout, at))
    page.erase(at, checkout.size());
  return page;
}

std::string render() {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  HostBed bed;
  std::string page;
  for (const collectors::CollectorDescriptor& descriptor : collectors::collector_table()) {
    if (descriptor.origin != collectors::Origin::Host || asks_kernel(descriptor.name)) continue;
    const auto collector = bed.make(descriptor.name);
    collectors::MetricWriter writer(1'000);
    writer.begin();
    const Result<void> result = collector->collect(writer);
    page += "## " + std::string(descriptor.name) + (result ? "" : ": " + result.error().message);
    page += '\n';
    const auto snapshot = writer.snapshot(descriptor.name, bed.clock.now(), 1s);
    const std::vector<std::string> lines = lines_of(*snapshot);
    for (const SnapshotFamily& family : snapshot->layout->families) {
      page += "# TYPE " + family.name + " " + std::string(name(family.type)) + '\n';
      for (std::uint32_t i = 0; i < family.count; ++i)
        if (!is_real(lines[family.first + i])) page += lines[family.first + i] + '\n';
    }
  }
  return without_checkout(std::move(page));
}

}  // namespace

TEST_CASE("host collectors: the page of the fixtures is the golden one") {
  const std::string path = std::string(LAPWING_SOURCE_DIR) + "/tests/golden/collectors/page.txt";
  const std::string page = render();
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << page;
  std::stringstream golden;
  golden << std::ifstream(path, std::ios::binary).rdbuf();
  CHECK(page == golden.str());
}

TEST_CASE("host collectors: on an empty host every one has no data or says why") {
  const TemporaryDirectory empty;
  HostBed bed({empty.path(), empty.path(), empty.path()});
  for (const collectors::CollectorDescriptor& descriptor : collectors::collector_table()) {
    if (descriptor.origin != collectors::Origin::Host) continue;
    if (descriptor.name == "time" || asks_kernel(descriptor.name)) continue;  // need no file
    INFO(descriptor.name);
    bed.run(descriptor.name);
    REQUIRE_FALSE(bed.last.ok());
    CHECK(bed.last.error().kind == ErrorKind::NoData);
  }
}
