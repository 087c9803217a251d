// What the collectors' tests share: a collector run on fixture folders or on a tree of the test's
// own, its samples as text.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/number.h"
#include "agent/model/sample.h"
#include "agent/model/series_source.h"
#include "collectors/registry.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temporary_directory.h"

namespace lapwing::testing {

using Samples = std::map<std::string, double>;       ///< values by series: `name{a="b"}`
using Stored = std::map<std::int64_t, std::string>;  ///< values by time in ms

inline collectors::HostPaths fixture_paths() {
  const std::string folder = std::string(LAPWING_SOURCE_DIR) + "/tests/fixtures/host";
  return {folder + "/proc", folder + "/sys", folder + "/root"};
}

/// `name{a="b"} value` lines of a snapshot, in its order.
inline std::vector<std::string> lines_of(const SourceSnapshot& snapshot) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < snapshot.values.size(); ++i)
    lines.push_back(snapshot.layout->series[i] + " " + format_value(snapshot.values[i]));
  return lines;
}

/// The samples that were written since begin(), by series.
inline Samples samples_of(collectors::MetricWriter& writer) {
  Samples found;
  const auto snapshot = writer.snapshot("test", from_millis(0), 1s);
  for (std::size_t i = 0; i < snapshot->values.size(); ++i)
    found[snapshot->layout->series[i]] = snapshot->values[i];
  return found;
}

/// What the store has of the series with these labels, by time in ms; a stale marker is "stale".
inline Stored stored(const SeriesSource& store, std::initializer_list<Label> labels) {
  std::vector<Matcher> matchers;
  for (const Label label : labels)
    matchers.push_back(Matcher::equal(std::string(label.name), std::string(label.value)));
  const auto set = std::move(*store.select(matchers, {}));
  Stored found;
  Columns columns;
  for (std::size_t i = 0; i < set->size(); ++i) {
    if (!set->read(i, columns)) throw std::runtime_error("reading a series failed");
    for (std::size_t j = 0; j < columns.size(); ++j)
      found[to_millis(columns.times[j])] =
          is_stale(columns.values[j]) ? "stale" : format_value(columns.values[j]);
  }
  return found;
}

/// Whether a parser that fills rows takes the text.
template <typename T>
bool parses(Result<void> (*parse)(std::string_view, std::vector<T>&), std::string_view text) {
  std::vector<T> rows;
  return parse(text, rows).ok();
}

/// Runs collectors of the table on given folders.
class HostBed {
 public:
  explicit HostBed(collectors::HostPaths paths = fixture_paths())
      : context{std::move(paths), clock} {}

  std::unique_ptr<collectors::Collector> make(std::string_view name,
                                              collectors::CollectorSettings settings = {}) {
    const collectors::CollectorDescriptor* descriptor = collectors::find_collector(name);
    if (descriptor == nullptr) throw std::runtime_error("no collector " + std::string(name));
    for (const collectors::SettingDescriptor& setting : descriptor->settings)
      settings.try_emplace(std::string(setting.key), setting.fallback);
    return descriptor->make({context, settings, registry});
  }

  /// One collection's series and values, those written before an error too; the outcome is `last`.
  Samples run(collectors::Collector& collector) {
    collectors::MetricWriter writer(10'000);
    writer.begin();
    last = collector.collect(writer);
    return samples_of(writer);
  }
  Samples run(std::string_view name) { return run(*make(name)); }
  /// Whether the last run failed with this kind of error.
  bool failed(ErrorKind kind) const { return !last.ok() && last.error().kind == kind; }

  FakeClock clock;
  metrics::Registry registry;
  collectors::CollectorContext context;
  Result<void> last;
};

/// A host of the test's own: it has the files that the test writes, and no others.
struct BareHost {
  void proc(std::string_view path, std::string_view content) const {
    write("proc/", path, content);
  }
  void sys(std::string_view path, std::string_view content) const { write("sys/", path, content); }
  void root(std::string_view path, std::string_view content) const {
    write("root/", path, content);
  }

  TemporaryDirectory folder;
  HostBed bed{{folder / "proc", folder / "sys", folder / "root"}};

 private:
  void write(std::string tree, std::string_view path, std::string_view content) const {
    folder.write(tree.append(path), content);
  }
};

}  // namespace lapwing::testing
