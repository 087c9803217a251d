#include "alerting/shared_reads.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>

namespace lapwing::alerting {
namespace {

/// Samples that may be held between two rules of a moment: 8 MiB of times and values.
constexpr std::size_t kValueLimit = 512 * 1024;

/// Whether series of that name can meet the matchers.
bool may_hold(std::span<const Matcher> matchers, std::string_view name) {
  return std::all_of(matchers.begin(), matchers.end(), [&](const Matcher& matcher) {
    return matcher.label() != kMetricName || matcher.matches(name);
  });
}

}  // namespace

struct SharedReads::Kept {
  std::size_t hash = 0;
  std::vector<Matcher> matchers;
  TimeRange range;
  Wanted wanted = Wanted::Samples;
  std::unique_ptr<SeriesSet> set;
  std::vector<std::optional<Columns>> columns;  // of each series, once read
};

/// A set that reads through to the one that is kept.
class SharedReads::View final : public SeriesSet {
 public:
  View(std::shared_ptr<Kept> kept, std::size_t& values) : kept_(std::move(kept)), values_(values) {}

  std::size_t size() const override { return kept_->set->size(); }
  const Labels& labels(std::size_t index) const override { return kept_->set->labels(index); }
  SeriesKind kind(std::size_t index) const override { return kept_->set->kind(index); }
  Duration coarsest() const override { return kept_->set->coarsest(); }
  Result<bool> read_minutes(std::size_t index, MinuteNeed need, Minutes& out) const override {
    return kept_->set->read_minutes(index, need, out);
  }
  bool read_ends(std::size_t index, RangeEnds& out) const override {
    return kept_->set->read_ends(index, out);
  }
  Result<void> read(std::size_t index, Columns& out) const override {
    std::optional<Columns>& columns = kept_->columns[index];
    if (columns) {
      out = *columns;
      return {};
    }
    auto done = kept_->set->read(index, out);
    if (done && values_ + out.values.size() <= kValueLimit) {
      columns = out;
      values_ += out.values.size();
    }
    return done;
  }

 private:
  const std::shared_ptr<Kept> kept_;
  std::size_t& values_;
};

void SharedReads::expect(const std::vector<std::vector<Matcher>>& selectors) {
  std::unordered_set<std::size_t> seen;
  repeated_.clear();
  // Two that have one hash by chance are kept for nothing, no more.
  for (const auto& matchers : selectors)
    if (const std::size_t hash = hash_of(matchers); !seen.insert(hash).second)
      repeated_.insert(hash);
}

void SharedReads::begin() {
  kept_.clear();
  values_ = 0;
}

void SharedReads::written(std::string_view name) {
  std::erase_if(kept_, [&](const auto& kept) { return may_hold(kept->matchers, name); });
}

Result<std::unique_ptr<SeriesSet>> SharedReads::read_through(std::span<const Matcher> matchers,
                                                             TimeRange range, Wanted wanted) const {
  return wanted == Wanted::Newest ? source_.select_newest(matchers, range)
                                  : source_.select(matchers, range);
}

Result<std::unique_ptr<SeriesSet>> SharedReads::select(std::span<const Matcher> matchers,
                                                       TimeRange range, Wanted wanted) const {
  if (repeated_.empty()) return read_through(matchers, range, wanted);
  const std::size_t hash = hash_of(matchers);
  if (!repeated_.contains(hash)) return read_through(matchers, range, wanted);
  for (const auto& kept : kept_)
    if (kept->hash == hash && kept->wanted == wanted && kept->range.from == range.from &&
        kept->range.to == range.to && same(kept->matchers, matchers))
      return std::unique_ptr<SeriesSet>(std::make_unique<View>(kept, values_));
  auto set = read_through(matchers, range, wanted);
  if (!set) return set;
  auto kept = std::make_shared<Kept>();
  kept->hash = hash;
  kept->matchers.assign(matchers.begin(), matchers.end());
  kept->range = range;
  kept->wanted = wanted;
  kept->columns.resize((*set)->size());
  kept->set = *std::move(set);
  kept_.push_back(kept);
  return std::unique_ptr<SeriesSet>(std::make_unique<View>(std::move(kept), values_));
}

}  // namespace lapwing::alerting
