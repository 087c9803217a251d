// StoreReport: what `lapwing store inspect` shows: series, samples and bytes of a store by tier and
// file, and which metrics and labels cost most. Pure: files are read by agent/tsdb/inspection.h.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "agent/cli/terminal.h"
#include "agent/tsdb/inspection.h"

namespace lapwing {
class JsonWriter;
}

namespace lapwing::cli {

/// One thread.
class StoreReport {
 public:
  /// `folder` as it is shown.
  explicit StoreReport(std::string folder) : folder_(std::move(folder)) {}

  void add(const tsdb::FileContent& file);
  void add(const tsdb::JournalContent& segment);
  void add_set_aside(std::string path) { set_aside_.push_back(std::move(path)); }

  /// Tables with the `top` most expensive of each kind.
  std::string text(const Terminal& terminal, std::size_t top) const;
  /// One JSON object with a final line break; the same figures, every file.
  std::string json(std::size_t top) const;

 private:
  struct Sum {
    std::uint64_t files = 0;
    std::uint64_t series = 0;  ///< the most of one file
    std::uint64_t entries = 0;
    std::uint64_t chunk_bytes = 0;
    std::uint64_t bytes = 0;
    Timestamp from = kNever;
    Timestamp to = kBeginningOfTime;
  };
  struct File {
    std::string name;  // below the folder
    tsdb::Tier tier = tsdb::Tier::Raw;
    Sum sum;
    std::size_t damaged = 0;
  };
  struct MetricCost {
    std::string_view name;
    std::uint64_t series = 0;
    std::uint64_t samples = 0;  // of the raw tier
    double bytes = 0;           // of all tiers
  };
  struct LabelCost {
    std::string_view name;
    std::uint64_t values = 0;
    std::uint64_t series = 0;
  };
  struct Label {
    std::unordered_set<std::string> values;
    std::uint64_t series = 0;
  };

  std::vector<MetricCost> metrics(std::size_t top) const;
  std::vector<LabelCost> labels(std::size_t top) const;
  void add_costs(JsonWriter& json, std::size_t top) const;
  Sum whole() const;
  std::uint64_t samples() const;

  const std::string folder_;
  std::vector<File> files_;
  std::map<tsdb::Tier, Sum> tiers_;
  std::unordered_set<Labels> series_;
  std::unordered_map<std::string, MetricCost> metrics_;
  std::map<std::string, Label> labels_;
  std::uint64_t journal_bytes_ = 0;
  std::uint64_t journal_samples_ = 0;
  std::uint64_t segments_ = 0;
  std::vector<std::string> damage_;
  std::vector<std::string> set_aside_;
};

}  // namespace lapwing::cli
