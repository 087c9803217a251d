#include "agent/tsdb/series_set.h"

#include <algorithm>
#include <numeric>

namespace lapwing::tsdb {
namespace {

// What a set keeps of compressed columns besides the series that it reads. A query may take
// 32 MB in all.
constexpr std::size_t kLoadedLimitBytes = 16u << 20;

std::size_t size_of(const StoredRuns& runs) {
  std::size_t bytes = 0;
  std::set<const void*> columns;
  for (const auto& [slot, list] : runs) {
    for (const StoredRun& run : list) {
      bytes += run.bytes();
      if (columns.insert(run.times.get()).second) bytes += run.times->size() * sizeof(std::int64_t);
    }
  }
  return bytes;
}

}  // namespace

StoredSeriesSet::Entry& StoredSeriesSet::entry_for(const Labels& labels, SeriesKind kind) {
  const auto [found, added] = by_labels_.try_emplace(labels, std::uint32_t(entries_.size()));
  if (added) entries_.push_back({labels, kind, {}, {}});
  return entries_[found->second];
}

void StoredSeriesSet::add(HeadFound found) {
  entry_for(found.labels, found.kind).head_runs = std::move(found.runs);
}

void StoredSeriesSet::add(const std::shared_ptr<const DayFile>& file, const DaySeries& series) {
  if (files_.empty() || files_.back() != file) files_.push_back(file);
  const auto number = std::uint32_t(files_.size() - 1);
  entry_for(series.labels, series.kind).places.push_back({number, series.group, series.slot});
  wanted_[{number, series.group}].insert(series.slot);
}

void StoredSeriesSet::sort() {
  by_labels_.clear();
  order_.resize(entries_.size());
  std::iota(order_.begin(), order_.end(), 0u);
  std::sort(order_.begin(), order_.end(), [this](std::uint32_t a, std::uint32_t b) {
    return entries_[a].labels < entries_[b].labels;
  });
}

Result<void> StoredSeriesSet::read(std::size_t index, Columns& out) const {
  out.clear();
  const Entry& found = entry(index);
  std::vector<RunView> views;
  Result<void> outcome;
  // The views point into what is loaded, so nothing of this series may be evicted meanwhile.
  for (const Place& place : found.places) {
    const Loaded& loaded = load({place.file, place.group});
    if (!loaded.outcome) outcome = loaded.outcome;
    const auto runs = loaded.runs.find(place.slot);
    if (runs == loaded.runs.end()) continue;
    for (const StoredRun& run : runs->second) views.push_back(view(run));
  }
  for (const auto& run : found.head_runs) views.push_back(view(*run));
  auto read = read_runs(views, range_, out);
  evict(found.places.size());
  return read ? outcome : read;
}

const StoredSeriesSet::Loaded& StoredSeriesSet::load(GroupKey key) const {
  if (const auto found = loaded_.find(key); found != loaded_.end()) {
    uses_.splice(uses_.end(), uses_, found->second.use);
    return found->second;
  }
  Loaded& loaded = loaded_[key];
  loaded.outcome = files_[key.first]->read(key.second, wanted_.at(key), range_, loaded.runs);
  loaded.bytes = size_of(loaded.runs);
  loaded_bytes_ += loaded.bytes;
  loaded.use = uses_.insert(uses_.end(), key);
  return loaded;
}

void StoredSeriesSet::evict(std::size_t keep) const {
  while (loaded_bytes_ > kLoadedLimitBytes && uses_.size() > keep) {
    const auto found = loaded_.find(uses_.front());
    loaded_bytes_ -= found->second.bytes;
    loaded_.erase(found);
    uses_.pop_front();
  }
}

}  // namespace lapwing::tsdb
