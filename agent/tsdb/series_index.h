// SeriesIndex: from labels and matchers to numbers. By whole label set, and by metric name, which
// nearly every selector gives; what remains is matched one by one.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agent/model/labels.h"
#include "agent/model/matcher.h"

namespace lapwing::tsdb {

/// One thread at a time for changes; const calls may run beside each other.
class SeriesIndex {
 public:
  using Visit = std::function<void(std::uint32_t number, const Labels& labels)>;

  /// False when these labels are there already.
  bool add(const Labels& labels, std::uint32_t number);
  void remove(const Labels& labels);
  /// Null when there is none; valid until the next change. The key is the index's own copy.
  const std::pair<const Labels, std::uint32_t>* find(const Labels& labels) const;
  /// Calls `visit` for each series that meets every matcher, in no order.
  void match(std::span<const Matcher> matchers, const Visit& visit) const;

  std::size_t size() const { return by_labels_.size(); }

 private:
  struct Entry {
    Labels labels;
    std::uint32_t number;
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  std::unordered_map<Labels, std::uint32_t> by_labels_;
  std::unordered_map<std::string, std::vector<Entry>, TextHash, std::equal_to<>> by_metric_;
};

}  // namespace lapwing::tsdb
