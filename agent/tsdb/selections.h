// Selections: what selectors found in the head, kept: rules and pages ask for the same series every
// second, and finding and sorting them anew would cost more than reading them.
#pragma once

#include <cstdint>
#include <list>
#include <span>
#include <unordered_map>
#include <vector>

#include "agent/model/matcher.h"
#include "agent/tsdb/series_index.h"

namespace lapwing::tsdb {

/// Of one index. One thread at a time.
class Selections {
 public:
  // Some 100 rules and a page ask for as many; 256 KiB of numbers in all.
  static constexpr std::size_t kKeptLimit = 256;
  static constexpr std::size_t kNumberLimit = 64 * 1024;
  /// Up to so many candidates are looked through faster than what was kept is found.
  static constexpr std::size_t kFewCandidates = 8;

  /// Numbers of the series that meet every matcher, by rising labels. Valid until the next call.
  std::span<const std::uint32_t> find(const SeriesIndex& index, std::span<const Matcher> matchers);
  /// How many selections are kept.
  std::size_t size() const { return kept_.size(); }

 private:
  struct Kept {
    std::size_t hash = 0;
    std::vector<Matcher> matchers;
    SeriesIndex::Generation generation;
    std::vector<std::uint32_t> numbers;
  };
  using Place = std::list<Kept>::iterator;

  void look_up(const SeriesIndex& index, std::span<const Matcher> matchers,
               std::vector<std::uint32_t>& numbers);
  void keep(Kept kept);
  void drop(Place place);

  std::list<Kept> kept_;  // newest use first
  std::unordered_map<std::size_t, Place> by_hash_;
  std::size_t numbers_ = 0;            // in all of kept_
  std::vector<std::uint32_t> unkept_;  // what find() gave last, where it is not kept
  std::vector<std::pair<const Labels*, std::uint32_t>> found_;  // while looking up
};

}  // namespace lapwing::tsdb
