#include "collectors/scrape/page_metadata.h"

#include "agent/model/metric_info.h"

namespace lapwing::collectors::scrape {
namespace {

constexpr std::size_t kFamilyLimit = 10'000;
constexpr std::size_t kTextLimit = 4'096;  // bytes of a help that are kept
constexpr std::uint32_t kKeptRounds = 10;

}  // namespace

std::uint32_t PageMetadata::learn(const EntryReader& reader, Entry entry, std::uint32_t round) {
  if (reader.family().empty()) return kNone;
  auto known = places_.find(reader.family());
  if (known == places_.end()) {
    if (places_.size() >= kFamilyLimit) return kNone;
    std::uint32_t place = std::uint32_t(families_.size());
    if (free_.empty()) {
      families_.emplace_back();
    } else {
      place = free_.back();
      free_.pop_back();
    }
    known = places_.emplace(std::string(reader.family()), place).first;
    families_[place].metadata.name = known->first;
    ++version_;
  }
  Family& family = families_[known->second];
  family.round = round;
  MetricMetadata& metadata = family.metadata;
  if (entry == Entry::Type) {
    if (metadata.type != reader.type()) ++version_;
    metadata.type = reader.type();
    return known->second;
  }
  std::string& text = entry == Entry::Help ? metadata.help : metadata.unit;
  if (std::string told = reader.text().substr(0, kTextLimit); told != text) {
    text = std::move(told);
    ++version_;
  }
  return known->second;
}

void PageMetadata::forget_old(std::uint32_t round) {
  if (round < next_sweep_) return;
  next_sweep_ = round + kKeptRounds;
  for (auto at = places_.begin(); at != places_.end();) {
    Family& family = families_[at->second];
    if (round - family.round <= kKeptRounds) {
      ++at;
      continue;
    }
    family = Family();
    free_.push_back(at->second);
    at = places_.erase(at);
    ++version_;
  }
}

const MetricMetadata* PageMetadata::find(std::string_view name) const {
  const auto known = places_.find(name);
  return known == places_.end() ? nullptr : &families_[known->second].metadata;
}

SeriesKind PageMetadata::kind_of(std::string_view metric_name) const {
  if (places_.empty()) return SeriesKind::Unknown;
  if (const MetricMetadata* exact = find(metric_name)) return series_kind(exact->type);
  for (const std::string_view suffix : {"_bucket", "_count", "_sum", "_total"}) {
    if (!metric_name.ends_with(suffix)) continue;
    const MetricMetadata* family = find(metric_name.substr(0, metric_name.size() - suffix.size()));
    if (family == nullptr) continue;
    const bool counts = family->type == MetricType::Histogram ||
                        (family->type == MetricType::Summary && suffix != "_bucket");
    // OpenMetrics's families of counters go without "_total".
    if (suffix == "_total" ? family->type == MetricType::Counter : counts)
      return SeriesKind::Counter;
  }
  return SeriesKind::Unknown;
}

std::shared_ptr<const MetadataSnapshot> PageMetadata::snapshot() const {
  if (snapshot_ != nullptr && snapshot_version_ == version_) return snapshot_;
  auto made = std::make_shared<MetadataSnapshot>();
  made->reserve(places_.size());
  for (const auto& [name, place] : places_) made->push_back(families_[place].metadata);
  snapshot_version_ = version_;
  snapshot_ = std::move(made);
  return snapshot_;
}

}  // namespace lapwing::collectors::scrape
