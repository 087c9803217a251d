// SharedReads: what the rules of one moment read from the store, read once. Rules of a file ask
// for the same series over and over: up, a filesystem's size, a counter that two alerts watch.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "agent/model/series_source.h"

namespace lapwing::alerting {

/// One thread. What select() gave must not be used after begin() or the SharedReads has gone.
class SharedReads final : public SeriesSource {
 public:
  /// The source must outlive it.
  explicit SharedReads(const SeriesSource& source) : source_(source) {}

  /// The selectors of all rules: those that come twice are kept when they are read.
  void expect(const std::vector<std::vector<Matcher>>& selectors);
  /// Another moment: all that was read is forgotten.
  void begin();
  /// A rule has written series of this name: what may hold them is read anew.
  void written(std::string_view name);

  Result<std::unique_ptr<SeriesSet>> select(std::span<const Matcher> matchers,
                                            TimeRange range) const override {
    return select(matchers, range, Wanted::Samples);
  }
  Result<std::unique_ptr<SeriesSet>> select_newest(std::span<const Matcher> matchers,
                                                   TimeRange range) const override {
    return select(matchers, range, Wanted::Newest);
  }
  Result<std::vector<std::string>> label_names(std::span<const Matcher> matchers,
                                               TimeRange range) const override {
    return source_.label_names(matchers, range);
  }
  Result<std::vector<std::string>> label_values(std::string_view label,
                                                std::span<const Matcher> matchers,
                                                TimeRange range) const override {
    return source_.label_values(label, matchers, range);
  }

 private:
  enum class Wanted : std::uint8_t { Samples, Newest };
  struct Kept;
  class View;

  Result<std::unique_ptr<SeriesSet>> select(std::span<const Matcher> matchers, TimeRange range,
                                            Wanted wanted) const;
  Result<std::unique_ptr<SeriesSet>> read_through(std::span<const Matcher> matchers,
                                                  TimeRange range, Wanted wanted) const;

  const SeriesSource& source_;
  std::unordered_set<std::size_t> repeated_;         // selectors, by hash
  mutable std::vector<std::shared_ptr<Kept>> kept_;  // of this moment
  mutable std::size_t values_ = 0;                   // held in kept_
};

}  // namespace lapwing::alerting
