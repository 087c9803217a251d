#include "agent/tsdb/selections.h"

#include <algorithm>
#include <utility>

namespace lapwing::tsdb {

std::span<const std::uint32_t> Selections::find(const SeriesIndex& index,
                                                std::span<const Matcher> matchers) {
  const SeriesIndex::Generation generation = index.generation(matchers);
  if (generation.candidates <= kFewCandidates) {
    look_up(index, matchers, unkept_);
    return unkept_;
  }
  const std::size_t hash = hash_of(matchers);
  if (const auto known = by_hash_.find(hash); known != by_hash_.end()) {
    const Place place = known->second;
    if (place->generation == generation && same(place->matchers, matchers)) {
      kept_.splice(kept_.begin(), kept_, place);
      return place->numbers;
    }
    drop(place);
  }
  look_up(index, matchers, unkept_);
  if (unkept_.size() > kNumberLimit / 4) return unkept_;
  keep({hash, {matchers.begin(), matchers.end()}, generation, unkept_});
  return kept_.front().numbers;
}

void Selections::look_up(const SeriesIndex& index, std::span<const Matcher> matchers,
                         std::vector<std::uint32_t>& numbers) {
  found_.clear();
  index.match(matchers, [this](std::uint32_t number, const Labels& labels) {
    found_.emplace_back(&labels, number);
  });
  std::ranges::sort(found_, [](const auto& a, const auto& b) { return *a.first < *b.first; });
  numbers.clear();
  for (const auto& [labels, number] : found_) numbers.push_back(number);
}

void Selections::keep(Kept kept) {
  numbers_ += kept.numbers.size();
  const std::size_t hash = kept.hash;
  kept_.push_front(std::move(kept));
  by_hash_[hash] = kept_.begin();
  while (kept_.size() > kKeptLimit || numbers_ > kNumberLimit) drop(std::prev(kept_.end()));
}

void Selections::drop(Place place) {
  numbers_ -= place->numbers.size();
  by_hash_.erase(place->hash);
  kept_.erase(place);
}

}  // namespace lapwing::tsdb
