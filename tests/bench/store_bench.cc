// What only C++ can measure of the store: CPU a sample through the appender and from disk to
// columns, memory of one wide read, time to open. Prints "name value" lines for store.py, which
// calls it once for each figure, so that none sees another's memory. Own clock: a day takes
// seconds.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "agent/base/log.h"
#include "agent/import/importer.h"
#include "agent/import/input.h"
#include "agent/metrics/registry.h"
#include "agent/tsdb/store.h"
#include "tests/support/fake_clock.h"

namespace lapwing {
namespace {

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return double(now.tv_sec) + double(now.tv_nsec) / 1e9;
}

/// Of the calling thread, to the nanosecond and cheap enough for each page.
double thread_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return double(now.tv_sec) + double(now.tv_nsec) / 1e9;
}

void print(const char* name, double value) { std::printf("%s %.9g\n", name, value); }

[[noreturn]] void give_up(const Error& error) {
  std::fprintf(stderr, "store_bench: %s\n", error.message.c_str());
  std::exit(1);
}

/// A figure of /proc/self/status in bytes.
double memory(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(name + ":")) return std::atof(line.c_str() + name.size() + 1) * 1024;
  return 0;
}

/// Bytes below a folder; journal and whatever else is not a chunk left out.
double chunk_bytes(const std::string& folder) {
  double bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().extension() == ".db")
      bytes += double(entry.file_size());
  return bytes;
}

/// A store whose clock is ours and that keeps everything.
struct Bed {
  testing::FakeClock clock;
  Log log{LogLevel::Error};
  metrics::Registry registry;
  std::unique_ptr<tsdb::Store> store;
  Timestamp due = kBeginningOfTime;

  Bed(const std::string& folder, Timestamp now) : clock(now) {
    tsdb::StoreOptions options;
    options.folder = folder;
    options.raw = options.minutes = options.hours = {};
    auto opened = tsdb::Store::open(options, clock, log, registry);
    if (!opened) give_up(opened.error());
    store = std::move(*opened);
  }
  void go_to(Timestamp time) {
    if (time > clock.now()) clock.advance(time - clock.now());
    if (clock.now() >= due) due = store->step(clock.now());
  }
};

/// The pages of an import file, in memory.
struct Recording final : Appender {
  struct Page {
    Timestamp time;
    std::vector<SeriesRef> refs;
    std::vector<double> values;
  };
  bool host_only = false;
  std::vector<Labels> labels;
  std::vector<Page> pages;

  SourceRef source(std::string_view) override { return SourceRef(1); }
  Result<SeriesRef> resolve(const Labels& series, SeriesKind) override {
    if (host_only)
      for (const char* own : {"go_", "process_", "promhttp_", "node_scrape_"})
        if (series.metric_name().starts_with(own)) return invalid("the exporter's own");
    labels.push_back(series);
    return SeriesRef(std::uint32_t(labels.size()));  // Never 0, which is none.
  }
  AppendOutcome append(const Batch& batch) override {
    for (std::size_t i = 0; i < batch.refs.size(); ++i) {
      const Timestamp time = batch.times.empty() ? batch.time : batch.times[i];
      if (pages.empty() || pages.back().time != time) pages.push_back({time, {}, {}});
      pages.back().refs.push_back(batch.refs[i]);
      pages.back().values.push_back(batch.values[i]);
    }
    return {};
  }
};

Recording record(const std::string& file, bool host_only) {
  Recording recording;
  recording.host_only = host_only;
  import::Importer importer(recording);
  auto input = import::Input::open(file);
  if (!input) give_up(input.error());
  std::string piece(128u << 10, '\0');
  while (true) {
    const auto got = input->read(piece);
    if (!got) give_up(got.error());
    if (*got == 0) break;
    if (auto fed = importer.feed(std::string_view(piece).substr(0, *got)); !fed)
      give_up(fed.error());
  }
  if (auto finished = importer.finish(); !finished) give_up(finished.error());
  return recording;
}

void print_store(Bed& bed, const std::string& folder, std::uint64_t samples) {
  if (auto flushed = bed.store->flush_all(bed.clock.now()); !flushed) give_up(flushed.error());
  static_cast<void>(bed.store->step(bed.clock.now()));
  if (const std::uint64_t taken = bed.store->status()->samples_appended; taken != samples)
    give_up(invalid("the store took " + std::to_string(taken) + " of " + std::to_string(samples) +
                    " samples"));
  print("samples", double(samples));
  print("series", double(bed.store->status()->series));
  print("disk_bytes", chunk_bytes(folder));
  print("written_bytes", double(bed.store->status()->bytes_written));
}

/// Plays a file as if it were collected now: a page a second, the store's thread in between.
int live(const std::string& file, const std::string& folder, bool host_only) {
  const Recording recording = record(file, host_only);
  if (recording.pages.empty()) give_up(invalid("no samples in " + file));
  Bed bed(folder, recording.pages.front().time);
  std::vector<SeriesRef> refs;
  for (const Labels& labels : recording.labels)
    refs.push_back(*bed.store->resolve(labels, SeriesKind::Unknown));
  const SourceRef source = bed.store->source("live");
  double append = 0;
  std::uint64_t samples = 0;
  std::vector<SeriesRef> page_refs;
  const double began = cpu_seconds();
  double between = 0;  // what making the batches took: not the store's
  for (const auto& page : recording.pages) {
    const double before = thread_seconds();
    page_refs.clear();
    for (const SeriesRef ref : page.refs) page_refs.push_back(refs[std::size_t(ref) - 1]);
    const double ready = thread_seconds();
    bed.store->append(
        {.source = source, .time = page.time, .refs = page_refs, .values = page.values});
    const double done = thread_seconds();
    between += ready - before;
    append += done - ready;
    samples += page.refs.size();
    bed.go_to(page.time + 60ms);
  }
  print("append_ns", append / double(samples) * 1e9);
  print_store(bed, folder, samples);
  print("whole_ns", (cpu_seconds() - began - between) / double(samples) * 1e9);
  return 0;
}

/// Series like a host's: most stand still, counters with even or noisy steps, gauges that wander.
class Synthetic {
 public:
  Synthetic(tsdb::Store& store, std::uint32_t series) : values_(series) {
    for (std::uint32_t i = 0; i < series; ++i) {
      const std::string name = i % 4 == 3 ? "bench_gauge" : "bench_total";
      const std::string number = std::to_string(i), job = std::to_string(i / 50);
      refs_.push_back(*store.resolve(
          Labels{{"__name__", name}, {"series", number}, {"device", job}}, SeriesKind::Unknown));
    }
    source_ = store.source("synthetic");
  }
  void append(tsdb::Store& store, Timestamp time) {
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const std::uint32_t chance = next();
      if (i % 4 == 0) values_[i] += double(chance % 1500) * 64;
      if (i % 4 == 3 && i % 8 == 3) values_[i] = double(chance >> 20) / 100;
      if (i % 4 == 1 && chance % 10 == 0) values_[i] += 0.01;
    }
    store.append({.source = source_, .time = time, .refs = refs_, .values = values_});
  }
  std::size_t size() const { return refs_.size(); }

 private:
  std::uint32_t next() { return state_ = state_ * 1664525u + 1013904223u; }

  std::vector<SeriesRef> refs_;
  std::vector<double> values_;
  SourceRef source_ = kNoSource;
  std::uint32_t state_ = 1;
};

constexpr Timestamp kStart = from_millis(1'700'000'000'000);

/// `count` collections, `interval` apart, of `series` series.
int scale(const std::string& folder, std::uint32_t series, std::uint32_t count, Duration interval) {
  Bed bed(folder, kStart);
  Synthetic synthetic(*bed.store, series);
  const double began = cpu_seconds();
  double append = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const Timestamp time = kStart + i * interval;
    if (time > bed.clock.now()) bed.clock.advance(time - bed.clock.now());
    const double before = thread_seconds();
    synthetic.append(*bed.store, time);
    append += thread_seconds() - before;
    // At long intervals a day is taken at once: each step may wait for the disk.
    if (interval < 1min || (i + 1) * interval % 24h == 0ms) bed.go_to(time + 60ms);
  }
  const std::uint64_t samples = std::uint64_t(series) * count;
  print("append_ns", append / double(samples) * 1e9);
  print_store(bed, folder, samples);
  print("whole_ns", (cpu_seconds() - began) / double(samples) * 1e9);
  print("peak_bytes", memory("VmHWM"));
  return 0;
}

/// `series` series that come and go: each is sampled every other second, and `hourly_percent` of
/// them an hour end while as many new ones begin. Prints memory every quarter of an hour.
int churn(const std::string& folder, std::uint32_t series, double hourly_percent,
          std::uint32_t minutes) {
  Bed bed(folder, kStart);
  const SourceRef sources[2] = {bed.store->source("even"), bed.store->source("odd")};
  std::vector<SeriesRef> refs[2];
  std::vector<double> values[2];
  std::uint32_t born = 0, refused = 0;
  const auto begin_series = [&] {
    const std::string number = std::to_string(born++);
    const auto ref = bed.store->resolve(Labels{{"__name__", "churn_requests_total"},
                                               {"pod", "web-" + number},
                                               {"instance", "10.0.0.1:9100"}},
                                        SeriesKind::Counter);
    refused += ref ? 0 : 1;
    return ref ? *ref : SeriesRef{};
  };
  for (std::uint32_t i = 0; i < series; ++i) {
    refs[i % 2].push_back(begin_series());
    values[i % 2].push_back(i);
  }
  double replaced = 0;
  std::uint64_t samples = 0, lost = 0;
  std::size_t oldest = 0;
  const double began = cpu_seconds();
  for (std::uint32_t second = 1; second <= minutes * 60; ++second) {
    auto& turn = refs[second % 2];
    auto& turn_values = values[second % 2];
    replaced += series * hourly_percent / 100 / 3600;
    for (; replaced >= 1; --replaced, ++oldest) {
      turn[oldest % turn.size()] = begin_series();
      turn_values[oldest % turn.size()] = 0;
    }
    for (std::size_t i = second % 3; i < turn.size(); i += 3) turn_values[i] += double(i % 50);
    const Timestamp time = kStart + second * 1s;
    if (time > bed.clock.now()) bed.clock.advance(time - bed.clock.now());
    const AppendOutcome outcome = bed.store->append(
        {.source = sources[second % 2], .time = time, .refs = turn, .values = turn_values});
    samples += outcome.stored;
    lost += turn.size() - outcome.stored;
    bed.go_to(time + 60ms);
    if (second % 900 != 0) continue;
    const std::string name = "rss_mib_" + std::to_string(second / 60);
    print(name.c_str(), memory("VmRSS") / double(1 << 20));
    print(("series_" + std::to_string(second / 60)).c_str(), double(bed.store->status()->series));
  }
  print("samples", double(samples));
  print("born", born);
  print("refused", refused);
  print("lost", double(lost));
  print("whole_ns", (cpu_seconds() - began) / double(samples) * 1e9);
  print("disk_bytes", chunk_bytes(folder));
  print("peak_mib", memory("VmHWM") / double(1 << 20));
  return 0;
}

struct ReadFigures {
  std::size_t series = 0;
  std::uint64_t samples = 0;
  double ns = 0;  ///< CPU a sample
};

/// All of the range's series, one after the other, as columns.
ReadFigures read_all(const tsdb::Store& store, TimeRange range) {
  ReadFigures figures;
  const double began = cpu_seconds();
  {
    const auto set = store.select({}, range);
    if (!set) give_up(set.error());
    figures.series = (*set)->size();
    Columns columns;
    for (std::size_t i = 0; i < figures.series; ++i) {
      if (auto done = (*set)->read(i, columns); !done) give_up(done.error());
      figures.samples += columns.size();
    }
  }
  figures.ns = (cpu_seconds() - began) / double(std::max<std::uint64_t>(figures.samples, 1)) * 1e9;
  return figures;
}

/// Opens a folder and reads the last `hours` of all of its series, twice: the first time pays for
/// what a process does once (connections, the index of series, its own pages).
int read(const std::string& folder, double hours, Timestamp newest) {
  Bed bed(folder, newest);
  TimeRange range;
  if (hours > 0) range = {newest - Duration(std::int64_t(hours * 3'600'000)), newest};
  std::ofstream("/proc/self/clear_refs") << "5";  // VmHWM begins anew (proc(5))
  const double resident = memory("VmRSS");
  const ReadFigures first = read_all(*bed.store, range);
  print("peak_more_bytes", memory("VmHWM") - resident);
  static_cast<void>(bed.store->step(newest));
  print("kept_more_bytes", memory("VmRSS") - resident);
  print("series", double(first.series));
  print("samples", double(first.samples));
  print("read_ns", first.ns);
  print("again_ns", read_all(*bed.store, range).ns);
  return 0;
}

/// How long open() takes with nothing of the folder in the page cache.
int open(const std::string& folder) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const UniqueFd fd(::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC));
    ::fsync(fd.get());
    ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED);
    ++files;
  }
  timespec before{}, after{};
  ::clock_gettime(CLOCK_MONOTONIC, &before);
  const Bed bed(folder, kStart + 366 * 24h);
  ::clock_gettime(CLOCK_MONOTONIC, &after);
  print("open_ms",
        double(after.tv_sec - before.tv_sec) * 1e3 + double(after.tv_nsec - before.tv_nsec) / 1e6);
  print("files", double(files));
  return 0;
}

int run(const std::vector<std::string>& words) {
  const std::string mode = words.empty() ? "" : words[0];
  if (mode == "live" && words.size() >= 3) return live(words[1], words[2], words.size() > 3);
  if (mode == "scale" && words.size() == 5)
    return scale(words[1], std::uint32_t(std::stoul(words[2])), std::uint32_t(std::stoul(words[3])),
                 Duration(std::stol(words[4])));
  if (mode == "churn" && words.size() == 5)
    return churn(words[1], std::uint32_t(std::stoul(words[2])), std::stod(words[3]),
                 std::uint32_t(std::stoul(words[4])));
  if (mode == "read" && words.size() == 4)
    return read(words[1], std::stod(words[2]), from_millis(std::stoll(words[3])));
  if (mode == "open" && words.size() == 2) return open(words[1]);
  std::fputs(
      "usage: store_bench live FILE DIR [host] | scale DIR SERIES COUNT MS |\n"
      "       churn DIR SERIES PERCENT_AN_HOUR MINUTES | read DIR HOURS NEWEST_MS | open DIR\n",
      stderr);
  return 2;
}

}  // namespace
}  // namespace lapwing

int main(int count, char** words) { return lapwing::run({words + 1, words + count}); }
