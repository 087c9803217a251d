#include "alerting/shared_reads.h"

#include <algorithm>
#include <optional>

namespace lapwing::alerting {
namespace {

/// Samples that may be held between two rules of a moment: 8 MiB of times and values.
constexpr std::size_t kValueLimit = 512 * 1024;

std::string text_of(std::span<const Matcher> matchers) {
  std::string text;
  for (const Matcher& matcher : matchers) text += matcher.to_string() + "\n";
  return text;
}

/// Whether series of that name can meet the matchers.
bool may_hold(std::span<const Matcher> matchers, std::string_view name) {
  return std::all_of(matchers.begin(), matchers.end(), [&](const Matcher& matcher) {
    return matcher.label() != kMetricName || matcher.matches(name);
  });
}

}  // namespace

struct SharedReads::Kept {
  std::string text;
  std::vector<Matcher> matchers;
  TimeRange range;
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
  std::set<std::string, std::less<>> seen;
  repeated_.clear();
  for (const auto& matchers : selectors)
    if (std::string text = text_of(matchers); !seen.insert(text).second)
      repeated_.insert(std::move(text));
}

void SharedReads::begin() {
  kept_.clear();
  values_ = 0;
}

void SharedReads::written(std::string_view name) {
  std::erase_if(kept_, [&](const auto& kept) { return may_hold(kept->matchers, name); });
}

Result<std::unique_ptr<SeriesSet>> SharedReads::select(std::span<const Matcher> matchers,
                                                       TimeRange range) const {
  if (repeated_.empty()) return source_.select(matchers, range);
  std::string text = text_of(matchers);
  if (!repeated_.contains(text)) return source_.select(matchers, range);
  for (const auto& kept : kept_)
    if (kept->range.from == range.from && kept->range.to == range.to && kept->text == text)
      return std::unique_ptr<SeriesSet>(std::make_unique<View>(kept, values_));
  auto set = source_.select(matchers, range);
  if (!set) return set;
  auto kept = std::make_shared<Kept>();
  kept->text = std::move(text);
  kept->matchers.assign(matchers.begin(), matchers.end());
  kept->range = range;
  kept->columns.resize((*set)->size());
  kept->set = *std::move(set);
  kept_.push_back(kept);
  return std::unique_ptr<SeriesSet>(std::make_unique<View>(std::move(kept), values_));
}

}  // namespace lapwing::alerting
