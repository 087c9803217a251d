#include "agent/tsdb/series_index.h"

#include <algorithm>
#include <bit>
#include <string_view>
#include <unordered_map>

namespace lapwing::tsdb {
namespace {

constexpr std::uint32_t kGone = 0xffffffff;  // a cell whose series was removed
constexpr std::size_t kFewCells = 16;
constexpr std::size_t kFewDead = 64;

std::uint64_t mix(std::uint64_t hash) {
  hash *= 0x9E3779B97F4A7C15ull;
  return hash ^ (hash >> 32);
}

std::uint64_t label_hash(std::string_view name, std::string_view value) {
  const std::hash<std::string_view> hash;
  return mix(hash(name) * 31 + hash(value)) | 1;  // never that of an empty cell
}

bool is_full(std::size_t used, std::size_t cells) { return (used + 1) * 4 > cells * 3; }

}  // namespace

std::span<const std::uint32_t> SeriesIndex::Posting::all() const {
  return {count == 1 ? &only : places.get(), count};
}

void SeriesIndex::Posting::add(std::uint32_t place) {
  if (count == 0) {
    only = place;
  } else if (count == 1 || std::has_single_bit(count)) {
    auto more = std::make_unique<std::uint32_t[]>(std::size_t(count) * 2);
    std::ranges::copy(all(), more.get());
    more[count] = place;
    places = std::move(more);
  } else {
    places[count] = place;
  }
  ++count;
}

std::size_t SeriesIndex::cell_of(const Labels& labels) const {
  const std::size_t mask = cells_.size() - 1;
  std::size_t cell = mix(labels.hash()) & mask;
  while (cells_[cell] != 0 &&
         (cells_[cell] == kGone || !(entries_[cells_[cell] - 1].first == labels)))
    cell = (cell + 1) & mask;
  return cell;
}

const SeriesIndex::Entry* SeriesIndex::find(const Labels& labels) const {
  if (cells_.empty()) return nullptr;
  const std::uint32_t found = cells_[cell_of(labels)];
  return found == 0 ? nullptr : &entries_[found - 1];
}

void SeriesIndex::grow_cells() {
  // Removed ones leave their cells here, so that the table may also become smaller.
  cells_.assign(std::max(kFewCells, std::bit_ceil((size() + 1) * 2)), 0);
  used_cells_ = 0;
  for (std::uint32_t place = 0; place < entries_.size(); ++place) {
    if (entries_[place].first.empty()) continue;
    cells_[cell_of(entries_[place].first)] = place + 1;
    ++used_cells_;
  }
}

bool SeriesIndex::add(const Labels& labels, std::uint32_t number) {
  if (find(labels) != nullptr) return false;
  if (is_full(used_cells_, cells_.size())) grow_cells();
  std::uint32_t place = std::uint32_t(entries_.size());
  if (free_.empty()) {
    entries_.emplace_back(labels, number);
  } else {
    place = free_.back();
    free_.pop_back();
    entries_[place] = {labels, number};
  }
  cells_[cell_of(labels)] = place + 1;
  ++used_cells_;
  if (lists_ == Lists::None) return true;
  for (const Label label : labels) {
    Posting& list = posting(label_hash(label.name, label.value));
    const std::size_t before = list.count > 1 ? std::bit_ceil(list.count) : 0;
    list.add(place);
    listed_ += (list.count > 1 ? std::bit_ceil(list.count) : 0) - before;
  }
  return true;
}

void SeriesIndex::remove(const Labels& labels) {
  if (cells_.empty()) return;
  const std::size_t cell = cell_of(labels);
  if (cells_[cell] == 0) return;
  entries_[cells_[cell] - 1] = {};
  cells_[cell] = kGone;
  ++removals_;
  ++dead_;
  // Lists are cleaned for many at once: one series may be in a list of all the others.
  if (dead_ > kFewDead + entries_.size() / 8) sweep();
}

void SeriesIndex::sweep() {
  std::vector<Posting> before;
  before.swap(postings_);
  used_postings_ = 0;
  listed_ = 0;
  std::vector<bool> gone(entries_.size(), false);
  for (std::uint32_t place = 0; place < entries_.size(); ++place)
    gone[place] = entries_[place].first.empty();
  std::size_t left = 0;
  for (Posting& list : before) {
    const auto is_gone = [&](std::uint32_t place) { return gone[place]; };
    left += list.hash != 0 && !std::ranges::all_of(list.all(), is_gone) ? 1 : 0;
  }
  postings_.resize(std::max(kFewCells, std::bit_ceil(left * 2)));
  for (Posting& list : before) {
    Posting* kept = nullptr;
    for (const std::uint32_t place : list.all()) {
      if (gone[place]) continue;
      if (kept == nullptr) kept = &posting(list.hash);
      kept->add(place);
    }
    if (kept != nullptr && kept->count > 1) listed_ += std::bit_ceil(kept->count);
    list.places.reset();
  }
  free_.clear();
  for (std::uint32_t place = 0; place < entries_.size(); ++place)
    if (gone[place]) free_.push_back(place);
  dead_ = 0;
}

SeriesIndex::Posting& SeriesIndex::posting(std::uint64_t hash) {
  if (is_full(used_postings_, postings_.size())) grow_postings();
  const std::size_t mask = postings_.size() - 1;
  std::size_t cell = hash >> 1 & mask;
  while (postings_[cell].hash != 0 && postings_[cell].hash != hash) cell = (cell + 1) & mask;
  if (postings_[cell].hash == 0) {
    postings_[cell].hash = hash;
    ++used_postings_;
  }
  return postings_[cell];
}

const SeriesIndex::Posting* SeriesIndex::find_posting(std::uint64_t hash) const {
  if (postings_.empty()) return nullptr;
  const std::size_t mask = postings_.size() - 1;
  std::size_t cell = hash >> 1 & mask;
  while (postings_[cell].hash != 0 && postings_[cell].hash != hash) cell = (cell + 1) & mask;
  return postings_[cell].hash == 0 ? nullptr : &postings_[cell];
}

void SeriesIndex::grow_postings() {
  std::vector<Posting> before(std::max(kFewCells, postings_.size() * 2));
  before.swap(postings_);
  used_postings_ = 0;
  for (Posting& list : before)
    if (list.hash != 0) posting(list.hash) = std::move(list);
}

const SeriesIndex::Posting* SeriesIndex::shortest_posting(std::span<const Matcher> matchers) const {
  static const Posting kNone;
  const Posting* fewest = nullptr;
  for (const Matcher& matcher : matchers) {
    if (lists_ == Lists::None || matcher.kind() != MatchKind::Equal || matcher.value().empty())
      continue;
    const Posting* list = find_posting(label_hash(matcher.label(), matcher.value()));
    if (list == nullptr) return &kNone;
    if (fewest == nullptr || list->count < fewest->count) fewest = list;
  }
  return fewest;
}

// A series that is added lengthens each of its lists, the shortest one of the matchers among them;
// lists become shorter, and places are given anew, only after removals.
SeriesIndex::Generation SeriesIndex::generation(std::span<const Matcher> matchers) const {
  const Posting* const fewest = shortest_posting(matchers);
  return {removals_, fewest == nullptr ? entries_.size() - free_.size() : fewest->count};
}

void SeriesIndex::match(std::span<const Matcher> matchers, const Visit& visit) const {
  const auto offer = [&](std::uint32_t place) {
    const auto& [labels, number] = entries_[place];
    if (labels.empty()) return;
    if (std::ranges::all_of(matchers, [&](const Matcher& one) { return one.matches(labels); }))
      visit(number, labels);
  };
  const Posting* const fewest = shortest_posting(matchers);
  if (fewest != nullptr) {
    std::ranges::for_each(fewest->all(), offer);
    return;
  }
  // One look at a metric's name spares looking at each of its series.
  std::unordered_map<std::string_view, bool> names;
  for (std::uint32_t place = 0; place < entries_.size(); ++place) {
    if (entries_[place].first.empty()) continue;
    const std::string_view name = entries_[place].first.metric_name();
    const auto [known, added] = names.try_emplace(name, true);
    if (added)
      known->second = std::ranges::all_of(matchers, [&](const Matcher& matcher) {
        return matcher.label() != kMetricName || matcher.matches(name);
      });
    if (known->second) offer(place);
  }
}

std::size_t SeriesIndex::bytes() const {
  return entries_.capacity() * sizeof(Entry) + cells_.capacity() * sizeof(std::uint32_t) +
         postings_.capacity() * sizeof(Posting) + listed_ * sizeof(std::uint32_t);
}

}  // namespace lapwing::tsdb
