// PageMetadata: HELP, TYPE and UNIT of the metric families of one target, as its pages tell them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/model/status.h"
#include "collectors/scrape/entry_reader.h"

namespace lapwing::collectors::scrape {

/// Used by one thread at a time.
class PageMetadata {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  /// Takes the newest Type, Help or Unit of a page; the family's place, kNone at the limit.
  std::uint32_t learn(const EntryReader& reader, Entry entry, std::uint32_t round);
  /// A line that is known stood in this round's page; false when its family was forgotten.
  bool touch(std::uint32_t place, std::uint32_t round) {
    if (place >= families_.size() || families_[place].metadata.name.empty()) return false;
    families_[place].round = round;
    return true;
  }
  /// Forgets what no page of the last ten rounds had, as Prometheus does.
  void forget_old(std::uint32_t round);

  /// What the family's type says of a series; Unknown without a family.
  SeriesKind kind_of(std::string_view metric_name) const;
  /// Sorted by name; the same pointer until something changes. Never null.
  std::shared_ptr<const MetadataSnapshot> snapshot() const;
  /// Grows with every change.
  std::uint64_t version() const { return version_; }

 private:
  struct Family {
    MetricMetadata metadata;  // without a name: a free place
    std::uint32_t round = 0;
  };

  const MetricMetadata* find(std::string_view name) const;

  std::vector<Family> families_;
  std::map<std::string, std::uint32_t, std::less<>> places_;
  std::vector<std::uint32_t> free_;
  std::uint64_t version_ = 0;
  std::uint32_t next_sweep_ = 0;
  mutable std::shared_ptr<const MetadataSnapshot> snapshot_;
  mutable std::uint64_t snapshot_version_ = 0;
};

}  // namespace lapwing::collectors::scrape
