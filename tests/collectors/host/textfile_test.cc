#include "collectors/host/textfile.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;
using namespace lapwing::collectors::host;

namespace {
struct Folder {
  Samples run() {
    Samples found = host.bed.run(*collector);
    for (auto& [series, value] : found)
      if (series.starts_with("node_textfile_mtime")) value = 0;
    return found;
  }
  std::string path(const char* name) const { return host.folder / "text" + "/" + name; }
  std::string read(const char* name) const {
    return "node_textfile_mtime_seconds{file=\"" + path(name) + "\"}";
  }

  BareHost host;
  std::unique_ptr<collectors::Collector> collector =
      host.bed.make("textfile", {{"directory", host.folder / "text"}});
};
}  // namespace

TEST_CASE("textfile: whole files with their types; others in the folder are passed over") {
  Folder folder;
  folder.host.folder.write("text/a.prom", "# TYPE done gauge\ndone{b=\"x\",a=\"y\"} 1\n");
  folder.host.folder.write("text/a.prom.tmp", "broken");
  CHECK(folder.run() == Samples{{R"(done{a="y",b="x"})", 1},
                                {folder.read("a.prom"), 0},
                                {"node_textfile_scrape_error", 0}});
}

TEST_CASE("textfile: a broken file is left out whole, and named with its line") {
  Folder folder;
  folder.host.folder.write("text/a.prom", "good 1\n\nbad line here\n");
  folder.host.folder.write("text/b.prom", "other 2\n");
  collectors::MetricWriter writer(100);
  writer.begin();
  REQUIRE(folder.collector->collect(writer).ok());
  CHECK(writer.warning().starts_with(folder.path("a.prom") + ": line 3: "));
  CHECK(folder.run() ==
        Samples{{"other", 2}, {folder.read("b.prom"), 0}, {"node_textfile_scrape_error", 1}});
}

TEST_CASE("textfile: times, bad names, labels twice and too many series are refused, by line") {
  const auto message = [](std::string_view text, std::size_t limit = 10) {
    const auto samples = parse_textfile(text, limit);
    return samples ? std::string() : samples.error().message;
  };
  CHECK(message("a 1\n").empty());
  CHECK(message("a 1\n\na 1 123\n").starts_with("line 3: "));
  CHECK(message("{\"a b\"} 1\n").starts_with("line 1: "));
  CHECK(message("a{b=\"1\",b=\"2\"} 1\n").starts_with("line 1: "));
  CHECK(message("a 1\nb 2\n", 1).starts_with("line 2: "));
  std::string many = "a{";
  for (std::size_t i = 0; i <= kTextfileLabelLimit; ++i) many += "l" + std::to_string(i) + "=\"\",";
  CHECK(message(many + "} 1\n").starts_with("line 1: "));
  CHECK(parse_textfile("", 10)->empty());
}

TEST_CASE("textfile: parts of a histogram belong to its family") {
  const auto samples = parse_textfile(
      "# TYPE t histogram\n# HELP t How long.\nt_bucket{le=\"+Inf\"} 2\nt_sum 3\nt_count "
      "2\nt_other 1\n",
      10);
  REQUIRE(samples.ok());
  REQUIRE(samples->size() == 4);
  CHECK(samples->at(0).type == MetricType::Histogram);
  CHECK(samples->at(1).help == "How long.");
  CHECK(samples->at(3).type == MetricType::Unknown);
}

TEST_CASE("textfile: a folder that somebody named must be there, that of the default need not") {
  Folder folder;
  CHECK(folder.run() == Samples{{"node_textfile_scrape_error", 1}});
  CHECK(folder.host.bed.last.ok());
  folder.host.bed.run("textfile");
  CHECK(folder.host.bed.failed(ErrorKind::NoData));
}

TEST_CASE("textfile: what is larger than the limit, or no file, is refused") {
  Folder folder;
  folder.host.folder.write("text/a.prom", std::string(kTextfileLimitBytes + 1, '\n'));
  std::filesystem::create_directories(folder.path("b.prom"));
  CHECK(folder.run() == Samples{{"node_textfile_scrape_error", 1}});
}
