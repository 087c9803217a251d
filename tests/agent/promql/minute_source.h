// MinuteSource: a MemoryStore whose series sets also give minutes, worked out from their samples;
// counts what was asked for.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "agent/model/series_source.h"
#include "tests/support/memory_store.h"

namespace lapwing::promql::testing {

/// The minutes of one series' samples, as minutes.h describes them.
inline Minutes minutes_of(const Columns& samples) {
  Minutes out;
  out.corrections_kept = out.extremes_kept = out.exact_sums = true;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double value = samples.values[i];
    if (is_stale(value)) continue;
    const Timestamp end = floor_to(samples.times[i] - Duration(1), 1min) + 1min;
    if (out.ends.empty() || out.ends.back() != end) {
      out.ends.push_back(end);
      out.first_times.push_back(samples.times[i]);
      out.firsts.push_back(value);
      out.counts.push_back(0);
      out.corrections.push_back(0);
      out.minima.push_back(value);
      out.maxima.push_back(value);
      out.sums.push_back(0);
      out.last_times.push_back(samples.times[i]);
      out.lasts.push_back(value);
    } else if (value < out.lasts.back()) {
      out.corrections.back() += out.lasts.back();
    }
    out.last_times.back() = samples.times[i];
    out.lasts.back() = value;
    out.counts.back() += 1;
    double& least = out.minima.back();
    double& most = out.maxima.back();
    if (value < least || std::isnan(least)) least = value;
    if (value > most || std::isnan(most)) most = value;
    out.sums.back() += value;
    out.exact_sums = out.exact_sums && std::floor(value) == value && std::fabs(value) < 1e9;
  }
  return out;
}

/// What RangeEnds says of one series' samples; false where one is NaN.
inline bool ends_of(const Columns& samples, RangeEnds& out) {
  out = {};
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Sample sample{samples.times[i], samples.values[i]};
    if (std::isnan(sample.value)) return false;
    if (out.count++ == 0)
      out.first = sample;
    else if (sample.value < out.last.value)
      out.falls.push_back(out.last.value);
    out.last = sample;
  }
  return true;
}

class MinuteSource final : public SeriesSource {
 public:
  explicit MinuteSource(const lapwing::testing::MemoryStore& store) : store_(store) {}

  bool minutes_given = true;
  bool ends_given = true;
  Duration coarsest{};
  mutable std::size_t selects = 0;
  mutable std::size_t sample_reads = 0;
  mutable std::size_t minute_reads = 0;
  mutable std::size_t ends_reads = 0;

  Result<std::unique_ptr<SeriesSet>> select(std::span<const Matcher> matchers,
                                            TimeRange range) const override {
    return select(matchers, range, false);
  }
  Result<std::unique_ptr<SeriesSet>> select_newest(std::span<const Matcher> matchers,
                                                   TimeRange range) const override {
    return select(matchers, range, true);
  }
  Result<std::vector<std::string>> label_names(std::span<const Matcher> matchers,
                                               TimeRange range) const override {
    return store_.label_names(matchers, range);
  }
  Result<std::vector<std::string>> label_values(std::string_view label,
                                                std::span<const Matcher> matchers,
                                                TimeRange range) const override {
    return store_.label_values(label, matchers, range);
  }

 private:
  Result<std::unique_ptr<SeriesSet>> select(std::span<const Matcher> matchers, TimeRange range,
                                            bool newest_only) const {
    ++selects;
    auto inner = store_.select(matchers, range);
    if (!inner) return inner;
    return std::unique_ptr<SeriesSet>(std::make_unique<Set>(*this, *std::move(inner), newest_only));
  }

  class Set final : public SeriesSet {
   public:
    Set(const MinuteSource& source, std::unique_ptr<SeriesSet> inner, bool newest_only)
        : source_(source), inner_(std::move(inner)), newest_only_(newest_only) {}
    std::size_t size() const override { return inner_->size(); }
    const Labels& labels(std::size_t index) const override { return inner_->labels(index); }
    SeriesKind kind(std::size_t index) const override { return inner_->kind(index); }
    Result<void> read(std::size_t index, Columns& out) const override {
      ++source_.sample_reads;
      auto read = inner_->read(index, out);
      if (newest_only_ && out.size() > 1) {
        out.times.erase(out.times.begin(), out.times.end() - 1);
        out.values.erase(out.values.begin(), out.values.end() - 1);
      }
      return read;
    }
    bool read_ends(std::size_t index, RangeEnds& out) const override {
      Columns samples;
      if (!source_.ends_given || !inner_->read(index, samples)) return false;
      ++source_.ends_reads;
      return ends_of(samples, out);
    }
    Duration coarsest() const override { return source_.coarsest; }
    Result<bool> read_minutes(std::size_t index, MinuteNeed, Minutes& out) const override {
      if (!source_.minutes_given) return false;
      ++source_.minute_reads;
      Columns samples;
      const auto read = inner_->read(index, samples);
      if (!read) return read.error();
      out = minutes_of(samples);
      return true;
    }

   private:
    const MinuteSource& source_;
    std::unique_ptr<SeriesSet> inner_;
    const bool newest_only_;
  };

  const lapwing::testing::MemoryStore& store_;
};

}  // namespace lapwing::promql::testing
