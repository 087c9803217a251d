#include "agent/promql/shared_samples.h"

#include <utility>

#include "agent/promql/evaluation.h"

namespace lapwing::promql {

class SharedSamples::Reader final : public SeriesSet {
 public:
  explicit Reader(std::shared_ptr<SharedSamples> common) : common_(std::move(common)) {}
  std::size_t size() const override { return set().size(); }
  const Labels& labels(std::size_t index) const override { return set().labels(index); }
  SeriesKind kind(std::size_t index) const override { return set().kind(index); }
  Result<void> read(std::size_t index, Columns& out) const override {
    return common_->read(index, out);
  }
  Duration coarsest() const override { return set().coarsest(); }
  // Ends cost less than the copy of samples would.
  bool read_ends(std::size_t index, RangeEnds& out) const override {
    return set().read_ends(index, out);
  }
  // Minutes are few: reading them again costs little.
  Result<bool> read_minutes(std::size_t index, MinuteNeed need, Minutes& out) const override {
    return set().read_minutes(index, need, out);
  }

 private:
  const SeriesSet& set() const { return *common_->set_; }
  const std::shared_ptr<SharedSamples> common_;
};

SharedSamples::SharedSamples(Evaluation& evaluation, std::unique_ptr<SeriesSet> set,
                             TimeRange range, std::size_t uses, std::size_t held_limit)
    : evaluation_(evaluation),
      set_(std::move(set)),
      range_(range),
      uses_(uses),
      held_limit_(held_limit),
      held_(set_->size()) {}

SharedSamples::~SharedSamples() { evaluation_.release_points(2 * samples_); }

std::unique_ptr<SeriesSet> SharedSamples::reader(std::shared_ptr<SharedSamples> common) {
  return std::make_unique<Reader>(std::move(common));
}

Result<void> SharedSamples::read(std::size_t index, Columns& out) {
  Held& held = held_[index];
  held.reads += 1;
  if (!held.is_held) {
    Result<void> outcome = set_->read(index, out);
    if (outcome && held.reads < uses_ && samples_ + out.size() <= held_limit_) hold(held, out);
    return outcome;
  }
  if (held.reads < uses_) {
    out.times.assign(held.samples.times.begin(), held.samples.times.end());
    out.values.assign(held.samples.values.begin(), held.samples.values.end());
    return {};
  }
  std::swap(out, held.samples);
  held.samples = {};
  held.is_held = false;
  samples_ -= out.size();
  evaluation_.release_points(2 * out.size());
  return {};
}

void SharedSamples::hold(Held& held, const Columns& samples) {
  evaluation_.take_points(2 * samples.size());
  samples_ += samples.size();
  held.samples = samples;
  held.is_held = true;
}

}  // namespace lapwing::promql
