#include "agent/exposition/page.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>

#include "agent/model/sample.h"

namespace lapwing::exposition {
namespace {

using Snapshots = std::vector<std::shared_ptr<const SourceSnapshot>>;

constexpr Timestamp kNow = from_millis(1'700'000'000'000);
constexpr Format kText{Syntax::Text_0_0_4, Escaping::Underscores};
constexpr Format kOpenMetrics{Syntax::OpenMetrics_1_0_0, Escaping::Underscores};

struct Family {
  SnapshotFamily head;
  std::vector<std::pair<std::string, double>> series;
};

std::shared_ptr<SourceSnapshot> source(const std::string& name, const std::vector<Family>& families,
                                       Timestamp time = kNow) {
  auto layout = std::make_shared<SnapshotLayout>();
  auto made = std::make_shared<SourceSnapshot>();
  for (const Family& family : families) {
    SnapshotFamily head = family.head;
    head.first = std::uint32_t(layout->series.size());
    head.count = std::uint32_t(family.series.size());
    layout->families.push_back(head);
    for (const auto& [text, value] : family.series) {
      layout->series.push_back(text);
      made->values.push_back(value);
    }
  }
  made->source = name;
  made->time = time;
  made->interval = 1s;
  made->layout = std::move(layout);
  return made;
}

Snapshots host_page() {
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  return {
      source("cpu", {{{"node_cpu_seconds_total", "Seconds per mode.", MetricType::Counter},
                      {{R"(node_cpu_seconds_total{cpu="0",mode="idle"})", 12345.67},
                       {R"(node_cpu_seconds_total{cpu="0",mode="user"})", 3}}},
                     {{"node_scrape_collector_success", "Went well.", MetricType::Gauge},
                      {{R"(node_scrape_collector_success{collector="cpu"})", 1}}}}),
      source("mixed", {{{"node_scrape_collector_success", "Other words.", MetricType::Gauge},
                        {{R"(node_scrape_collector_success{collector="mixed"})", 0}}},
                       {{"odd_values", "A \"help\" with \\ and\na line break.", MetricType::Gauge},
                        {{R"(odd_values{v="inf"})", inf},
                         {R"(odd_values{v="-inf"})", -inf},
                         {R"(odd_values{v="nan"})", nan},
                         {R"(odd_values{v="small"})", 1e-7},
                         {R"(odd_values{v="large"})", 17179869184},
                         {R"(odd_values{v="quote \" and \\"})", -0.5}}},
                       {{"node_vmstat_pgfault", "Counter by another name.", MetricType::Counter},
                        {{"node_vmstat_pgfault", 99}}},
                       {{"node_netstat_Ip_Forwarding", "", MetricType::Unknown},
                        {{"node_netstat_Ip_Forwarding", 2}}},
                       {{"node_uname_info", "Labels of the kernel.", MetricType::Info},
                        {{R"(node_uname_info{release="6.1"})", 1}}},
                       {{"lapwing_work_seconds", "Work.", MetricType::Histogram},
                        {{R"(lapwing_work_seconds_bucket{le="0.1"})", 1},
                         {R"(lapwing_work_seconds_bucket{le="+Inf"})", 2},
                         {"lapwing_work_seconds_sum", 1.5},
                         {"lapwing_work_seconds_count", 2}}},
                       {{"disk.reads_total", "A name in UTF-8.", MetricType::Counter},
                        {{R"({"disk.reads_total","mount point"="/"})", 7}}}})};
}

/// Compares with tests/golden/exposition/NAME; UPDATE_GOLDEN=1 writes it instead.
void check_golden(const std::string& name, const std::string& page) {
  const std::string path = std::string(LAPWING_SOURCE_DIR) + "/tests/golden/exposition/" + name;
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << page;
  std::ifstream file(path, std::ios::binary);
  const std::string golden((std::istreambuf_iterator<char>(file)), {});
  CHECK(page == golden);
}

}  // namespace

TEST_CASE("page: text 0.0.4, as in the golden file") {
  check_golden("text.txt", render(host_page(), kNow, kText));
}

TEST_CASE("page: OpenMetrics 1.0.0, as in the golden file") {
  check_golden("openmetrics.txt", render(host_page(), kNow, kOpenMetrics));
}

TEST_CASE("page: UTF-8 names in quotes when they are allowed, as in the golden file") {
  check_golden("openmetrics_utf8.txt",
               render(host_page(), kNow, {Syntax::OpenMetrics_1_0_0, Escaping::AllowUtf8}));
}

TEST_CASE("page: families of several sources stand together, sorted by name, each once") {
  const std::string page = render(host_page(), kNow, kText);
  const std::size_t head = page.find("# TYPE node_scrape_collector_success gauge\n");
  REQUIRE(head != std::string::npos);
  CHECK(page.find("# TYPE node_scrape_collector_success", head + 1) == std::string::npos);
  CHECK(page.find("Other words.") == std::string::npos);
  CHECK(page.find("collector=\"cpu\"} 1\nnode_scrape_collector_success{collector=\"mixed\"} 0") !=
        std::string::npos);
  CHECK(page.find("# TYPE lapwing_work_seconds") < page.find("# TYPE node_cpu_seconds_total"));
}

TEST_CASE("page: nothing to show is an empty text, and an OpenMetrics page with its end") {
  CHECK(render({}, kNow, kText).empty());
  CHECK(render({}, kNow, kOpenMetrics) == "# EOF\n");
}

TEST_CASE("page: a source older than three intervals is left out") {
  const Snapshots snapshots = {
      source("old", {{{"old", "", MetricType::Gauge}, {{"old", 1}}}}, kNow - 3001ms),
      source("new", {{{"new", "", MetricType::Gauge}, {{"new", 1}}}}, kNow - 3000ms)};
  CHECK(render(snapshots, kNow, kText) == "# TYPE new gauge\nnew 1\n");
}

TEST_CASE("page: stale markers are left out") {
  const Snapshots snapshots = {source(
      "a", {{{"a", "", MetricType::Gauge}, {{"a{x=\"1\"}", kStaleMarker}, {"a{x=\"2\"}", 5}}}})};
  CHECK(render(snapshots, kNow, kText) == "# TYPE a gauge\na{x=\"2\"} 5\n");
}

TEST_CASE("page: a snapshot that does not fit its layout is left out") {
  auto short_values = source("a", {{{"a", "", MetricType::Gauge}, {{"a", 1}}}});
  short_values->values.clear();
  auto no_layout = std::make_shared<SourceSnapshot>();
  no_layout->time = kNow;
  auto wild = source("b", {{{"b", "", MetricType::Gauge}, {{"b", 1}}}});
  auto layout = std::make_shared<SnapshotLayout>(*wild->layout);
  layout->families.push_back({"c", "", MetricType::Gauge, 1, 7});
  layout->families.push_back({"d", "", MetricType::Gauge, 0xffffffff, 2});
  wild->layout = layout;
  const Snapshots snapshots = {short_values, no_layout, nullptr, wild};
  CHECK(render(snapshots, kNow, kText) == "# TYPE b gauge\nb 1\n");
}

TEST_CASE("page: OpenMetrics keeps a counter's full name when the short one is taken") {
  const Snapshots snapshots = {
      source("a", {{{"jobs_total", "", MetricType::Counter}, {{"jobs_total", 5}}},
                   {{"jobs", "", MetricType::Gauge}, {{"jobs", 2}}},
                   {{"_total", "", MetricType::Counter}, {{"_total", 1}}}})};
  CHECK(render(snapshots, kNow, kOpenMetrics) ==
        "# TYPE _total unknown\n_total 1\n"
        "# TYPE jobs gauge\njobs 2\n"
        "# TYPE jobs_total unknown\njobs_total 5\n# EOF\n");
}

}  // namespace lapwing::exposition
