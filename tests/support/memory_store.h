// MemoryStore: an Appender and SeriesSource on std::map, for tests of what stands around the
// store. The real Store serves wherever storage itself matters.
#pragma once

#include <algorithm>
#include <bit>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "agent/model/appender.h"
#include "agent/model/series_source.h"

namespace lapwing::testing {

class MemoryStore final : public Appender, public SeriesSource {
 public:
  SourceRef source(std::string_view name) override {
    const std::lock_guard lock(mutex_);
    return SourceRef(sources_.try_emplace(std::string(name), sources_.size() + 1).first->second);
  }

  Result<SeriesRef> resolve(const Labels& labels, SeriesKind kind) override {
    const std::lock_guard lock(mutex_);
    if (const auto found = refs_.find(labels); found != refs_.end())
      return SeriesRef(found->second);
    series_.push_back({labels, kind, {}});
    refs_[labels] = series_.size();
    return SeriesRef(series_.size());
  }

  AppendOutcome append(const Batch& batch) override {
    const std::lock_guard lock(mutex_);
    AppendOutcome outcome;
    for (std::size_t i = 0; i < batch.refs.size(); ++i) {
      const Timestamp time = batch.times.empty() ? batch.time : batch.times[i];
      // As in the real store, the first value at a time stays.
      const auto [at, fresh] =
          series_.at(std::size_t(batch.refs[i]) - 1).samples.try_emplace(time, batch.values[i]);
      const bool same = fresh || std::bit_cast<std::uint64_t>(at->second) ==
                                     std::bit_cast<std::uint64_t>(batch.values[i]);
      ++(same ? outcome.stored : outcome.conflicting);
    }
    return outcome;
  }

  /// Adds one sample by its labels.
  void add(const Labels& labels, Timestamp time, double value,
           SeriesKind kind = SeriesKind::Unknown) {
    const SeriesRef ref = *resolve(labels, kind);
    append({.time = time, .refs = {&ref, 1}, .values = {&value, 1}});
  }

  Result<std::unique_ptr<SeriesSet>> select(std::span<const Matcher> matchers,
                                            TimeRange range) const override {
    const std::lock_guard lock(mutex_);
    auto set = std::make_unique<Set>();
    for (const Series& series : series_) {
      if (!meets(series, matchers, range)) continue;
      Found found{series.labels, series.kind, {}};
      for (auto at = series.samples.lower_bound(range.from);
           at != series.samples.end() && at->first <= range.to; ++at) {
        found.columns.times.push_back(at->first);
        found.columns.values.push_back(at->second);
      }
      set->found.push_back(std::move(found));
    }
    std::sort(set->found.begin(), set->found.end(),
              [](const Found& a, const Found& b) { return a.labels < b.labels; });
    return std::unique_ptr<SeriesSet>(std::move(set));
  }

  Result<std::vector<std::string>> label_names(std::span<const Matcher> matchers,
                                               TimeRange range) const override {
    const std::lock_guard lock(mutex_);
    std::set<std::string> names;
    for (const Series& series : series_)
      if (meets(series, matchers, range))
        for (const Label label : series.labels) names.emplace(label.name);
    return std::vector<std::string>(names.begin(), names.end());
  }

  Result<std::vector<std::string>> label_values(std::string_view label,
                                                std::span<const Matcher> matchers,
                                                TimeRange range) const override {
    const std::lock_guard lock(mutex_);
    std::set<std::string> values;
    for (const Series& series : series_)
      if (series.labels.has(label) && meets(series, matchers, range))
        values.emplace(series.labels.get(label));
    return std::vector<std::string>(values.begin(), values.end());
  }

 private:
  struct Series {
    Labels labels;
    SeriesKind kind;
    std::map<Timestamp, double> samples;
  };
  struct Found {
    Labels labels;
    SeriesKind kind;
    Columns columns;
  };
  struct Set final : SeriesSet {
    std::vector<Found> found;
    std::size_t size() const override { return found.size(); }
    const Labels& labels(std::size_t index) const override { return found[index].labels; }
    SeriesKind kind(std::size_t index) const override { return found[index].kind; }
    Result<void> read(std::size_t index, Columns& out) const override {
      out = found[index].columns;
      return {};
    }
  };

  static bool meets(const Series& series, std::span<const Matcher> matchers, TimeRange range) {
    const auto first = series.samples.lower_bound(range.from);
    if (first == series.samples.end() || first->first > range.to) return false;
    return std::all_of(matchers.begin(), matchers.end(),
                       [&](const Matcher& matcher) { return matcher.matches(series.labels); });
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::size_t, std::less<>> sources_;  // guarded by mutex_
  std::vector<Series> series_;                               // guarded by mutex_
  std::map<Labels, std::size_t> refs_;                       // guarded by mutex_
};

}  // namespace lapwing::testing
