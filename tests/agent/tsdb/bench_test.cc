// Measures the store on recorded pages; hidden, for a Release build:
//   LAPWING_BENCH_DATA=node.om tsdb_test "[.bench]"
// The file: OpenMetrics text with timestamps, one page after another, `zstd -d` done before.
#include <catch2/catch.hpp>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/base/number.h"
#include "tests/agent/tsdb/support.h"

using namespace lapwing;
using namespace lapwing::tsdb;
using namespace lapwing::tsdb::testing;

namespace {

struct Page {
  Timestamp time;
  std::vector<std::uint32_t> series;
  std::vector<double> values;
};

struct Recording {
  std::vector<std::string> names;
  std::vector<Page> pages;
  std::size_t samples = 0;
};

Recording load(const char* path) {
  Recording recording;
  std::unordered_map<std::string, std::uint32_t> numbers;
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t time_at = line.rfind(' ');
    const std::size_t value_at = line.rfind(' ', time_at - 1);
    const auto [found, added] =
        numbers.try_emplace(line.substr(0, value_at), std::uint32_t(recording.names.size()));
    if (added) recording.names.push_back(found->first);
    const Timestamp time =
        from_millis(std::int64_t(std::strtod(line.c_str() + time_at, nullptr) * 1000 + 0.5));
    if (recording.pages.empty() || recording.pages.back().time != time)
      recording.pages.push_back({time, {}, {}});
    recording.pages.back().series.push_back(found->second);
    recording.pages.back().values.push_back(
        *parse_value(line.substr(value_at + 1, time_at - value_at - 1)));
    ++recording.samples;
  }
  return recording;
}

/// `name{a="b",…}` without escapes, as the recording has them.
Labels parse_labels(const std::string& text) {
  LabelsBuilder builder;
  std::size_t at = text.find('{');
  builder.set(kMetricName, text.substr(0, at));
  while (at != std::string::npos && at + 1 < text.size()) {
    const std::size_t equals = text.find("=\"", at);
    const std::size_t end = text.find('"', equals + 2);
    builder.set(text.substr(at + 1, equals - at - 1), text.substr(equals + 2, end - equals - 2));
    at = end + 1;
    if (text[at] == '}') break;
  }
  return builder.build();
}

double cpu_nanoseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return double(now.tv_sec) * 1e9 + double(now.tv_nsec);
}

double read_all(const Store& store, std::size_t& samples) {
  const double before = cpu_nanoseconds();
  auto set = store.select({}, {});
  Columns columns;
  samples = 0;
  for (std::size_t i = 0; i < (*set)->size(); ++i) {
    static_cast<void>((*set)->read(i, columns));
    samples += columns.size();
  }
  return (cpu_nanoseconds() - before) / double(samples);
}

}  // namespace

TEST_CASE("store: bytes and nanoseconds a sample on recorded pages", "[.bench]") {
  const char* path = std::getenv("LAPWING_BENCH_DATA");
  REQUIRE(path != nullptr);
  const Recording recording = load(path);
  Bench bench;
  bench.options.head.size_limit_bytes = 1u << 30;
  bench.clock.set(recording.pages.front().time);
  REQUIRE(bench.open().ok());
  std::vector<SeriesRef> refs;
  for (const std::string& name : recording.names) refs.push_back(bench.resolve(parse_labels(name)));
  const SourceRef source = bench.store->source("node");
  double append = 0, steps = 0, head_peak = 0;
  std::size_t stored = 0;
  std::vector<SeriesRef> batch;
  for (const Page& page : recording.pages) {
    batch.clear();
    for (const std::uint32_t series : page.series) batch.push_back(refs[series]);
    bench.clock.set(page.time);
    double before = cpu_nanoseconds();
    const AppendOutcome outcome = bench.store->append(
        {.source = source, .time = page.time, .refs = batch, .values = page.values});
    append += cpu_nanoseconds() - before;
    stored += outcome.stored;
    before = cpu_nanoseconds();
    bench.store->step(page.time + 60ms);
    steps += cpu_nanoseconds() - before;
    head_peak = std::max(head_peak, bench.counted("lapwing_store_head_bytes"));
  }
  const double samples = double(recording.samples);
  const double journal = bench.counted("lapwing_store_written_bytes_total");
  std::size_t read = 0;
  const double mixed = read_all(*bench.store, read);
  CHECK(read == stored);
  REQUIRE(bench.store->flush_all(bench.clock.now()).ok());
  const double disk = read_all(*bench.store, read);
  CHECK(read == stored);
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(bench.options.folder + "/raw"))
    bytes += entry.file_size();
  std::printf(
      "%zu series, %zu samples (%zu stored)\n"
      "append %.1f ns a sample, store thread %.1f ns a sample\n"
      "head at most %.0f kB; written so far %.3f B a sample (journal and first chunks)\n"
      "day files %.3f B a sample; written in all %.3f B a sample\n"
      "read: head and file %.2f ns, file alone %.2f ns a sample\n",
      recording.names.size(), recording.samples, stored, append / samples, steps / samples,
      head_peak / 1000, journal / samples, double(bytes) / samples,
      bench.counted("lapwing_store_written_bytes_total") / samples, mixed, disk);
}
