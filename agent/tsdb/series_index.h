// SeriesIndex: from labels and matchers to numbers. A table of whole label sets, and for each
// label's value the list of series that have it. Tables hold hashes instead of text: what a hash
// wrongly offers is sorted out by looking at the labels themselves.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "agent/model/labels.h"
#include "agent/model/matcher.h"

namespace lapwing::tsdb {

/// One thread at a time for changes; const calls may run beside each other.
class SeriesIndex {
 public:
  using Visit = std::function<void(std::uint32_t number, const Labels& labels)>;
  using Entry = std::pair<Labels, std::uint32_t>;
  /// None: series are found by all of their labels; matchers look at each. A third of the memory.
  enum class Lists : std::uint8_t { Keep, None };

  explicit SeriesIndex(Lists lists = Lists::Keep) : lists_(lists) {}

  /// False when these labels are there already.
  bool add(const Labels& labels, std::uint32_t number);
  void remove(const Labels& labels);
  /// Null when there is none; valid until the next change. The labels are the index's own copy.
  const Entry* find(const Labels& labels) const;
  /// Calls `visit` for each series that meets every matcher, in no order.
  void match(std::span<const Matcher> matchers, const Visit& visit) const;

  /// While it stays the same, so does what match() finds; for the same matchers only.
  struct Generation {
    std::uint64_t removals = 0;
    std::size_t candidates = 0;  ///< series that match() has to look at
    friend bool operator==(const Generation&, const Generation&) = default;
  };
  Generation generation(std::span<const Matcher> matchers) const;

  std::size_t size() const { return entries_.size() - dead_ - free_.size(); }
  /// What the index occupies, about, the labels' own text left out.
  std::size_t bytes() const;

 private:
  /// The places of the series that have one label's value.
  struct Posting {
    std::uint64_t hash = 0;  // of name and value; 0: an empty cell
    std::uint32_t count = 0;
    std::uint32_t only = 0;                   // the place, when there is but one
    std::unique_ptr<std::uint32_t[]> places;  // room for bit_ceil(count), when there are more

    std::span<const std::uint32_t> all() const;
    void add(std::uint32_t place);
  };

  std::size_t cell_of(const Labels& labels) const;
  void grow_cells();
  Posting& posting(std::uint64_t hash);
  const Posting* find_posting(std::uint64_t hash) const;
  /// Of what the matchers ask for by name; null when they ask for nothing so, an empty one when
  /// there is none of something.
  const Posting* shortest_posting(std::span<const Matcher> matchers) const;
  void grow_postings();
  void sweep();

  Lists lists_;
  std::vector<Entry> entries_;       // by place; empty labels: dead or free
  std::vector<std::uint32_t> free_;  // places that nothing points to
  std::uint64_t removals_ = 0;
  std::size_t dead_ = 0;              // places that postings still point to
  std::vector<std::uint32_t> cells_;  // open addressing, a power of two: place + 1, 0 or kGone
  std::size_t used_cells_ = 0;
  std::vector<Posting> postings_;  // open addressing, a power of two
  std::size_t used_postings_ = 0;
  std::size_t listed_ = 0;  // room in all lists of places
};

}  // namespace lapwing::tsdb
