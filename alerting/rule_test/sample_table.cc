#include "alerting/rule_test/sample_table.h"

#include <algorithm>
#include <set>

namespace lapwing::alerting {

class SampleTable::Found final : public SeriesSet {
 public:
  Found(std::vector<const Series*> series, TimeRange range)
      : series_(std::move(series)), range_(range) {}

  std::size_t size() const override { return series_.size(); }
  const Labels& labels(std::size_t index) const override { return series_[index]->labels; }
  SeriesKind kind(std::size_t) const override { return SeriesKind::Unknown; }

  Result<void> read(std::size_t index, Columns& out) const override {
    const Columns& all = series_[index]->samples;
    const auto from = std::lower_bound(all.times.begin(), all.times.end(), range_.from);
    const auto to = std::upper_bound(from, all.times.end(), range_.to);
    const auto value_at = [&](auto time) {
      return all.values.begin() + (time - all.times.begin());
    };
    out.times.assign(from, to);
    out.values.assign(value_at(from), value_at(to));
    return {};
  }

 private:
  const std::vector<const Series*> series_;
  const TimeRange range_;
};

std::size_t SampleTable::place(const Labels& labels) {
  const auto [found, made] = places_.try_emplace(labels, series_.size());
  if (made) {
    series_.push_back(std::make_unique<Series>());
    series_.back()->labels = labels;
  }
  return found->second;
}

void SampleTable::put(Columns& samples, Timestamp time, double value) {
  if (!samples.times.empty() && samples.times.back() == time) {
    samples.values.back() = value;
    return;
  }
  samples.times.push_back(time);
  samples.values.push_back(value);
}

void SampleTable::add(const Labels& labels, Columns samples) {
  Series& series = *series_[place(labels)];
  series.hidden = std::move(samples);
  series.next_hidden = 0;
}

void SampleTable::reveal(Timestamp time) {
  for (const auto& series : series_) {
    Columns& hidden = series->hidden;
    for (; series->next_hidden < hidden.size() && hidden.times[series->next_hidden] <= time;
         ++series->next_hidden)
      put(series->samples, hidden.times[series->next_hidden], hidden.values[series->next_hidden]);
  }
}

SourceRef SampleTable::source(std::string_view) { return kNoSource; }

Result<SeriesRef> SampleTable::resolve(const Labels& labels, SeriesKind) {
  return SeriesRef(std::uint32_t(place(labels) + 1));
}

AppendOutcome SampleTable::append(const Batch& batch) {
  AppendOutcome outcome;
  for (std::size_t i = 0; i < batch.refs.size(); ++i) {
    Columns& samples = series_[std::size_t(batch.refs[i]) - 1]->samples;
    const Timestamp time = batch.times.empty() ? batch.time : batch.times[i];
    if (!samples.times.empty() && time < samples.times.back()) {
      ++outcome.out_of_order;
      continue;
    }
    put(samples, time, batch.values[i]);
    ++outcome.stored;
  }
  return outcome;
}

std::vector<const SampleTable::Series*> SampleTable::matching(std::span<const Matcher> matchers,
                                                              TimeRange range) const {
  std::vector<const Series*> found;
  for (const auto& series : series_) {
    const std::vector<Timestamp>& times = series->samples.times;
    const auto first = std::lower_bound(times.begin(), times.end(), range.from);
    if (first == times.end() || *first > range.to) continue;
    if (std::all_of(matchers.begin(), matchers.end(),
                    [&](const Matcher& matcher) { return matcher.matches(series->labels); }))
      found.push_back(series.get());
  }
  std::sort(found.begin(), found.end(),
            [](const Series* a, const Series* b) { return a->labels < b->labels; });
  return found;
}

Result<std::unique_ptr<SeriesSet>> SampleTable::select(std::span<const Matcher> matchers,
                                                       TimeRange range) const {
  return std::unique_ptr<SeriesSet>(std::make_unique<Found>(matching(matchers, range), range));
}

Result<std::vector<std::string>> SampleTable::label_names(std::span<const Matcher> matchers,
                                                          TimeRange range) const {
  std::set<std::string> names;
  for (const Series* series : matching(matchers, range))
    for (const Label label : series->labels) names.emplace(label.name);
  return std::vector<std::string>(names.begin(), names.end());
}

Result<std::vector<std::string>> SampleTable::label_values(std::string_view label,
                                                           std::span<const Matcher> matchers,
                                                           TimeRange range) const {
  std::set<std::string> values;
  for (const Series* series : matching(matchers, range))
    if (series->labels.has(label)) values.emplace(series->labels.get(label));
  return std::vector<std::string>(values.begin(), values.end());
}

}  // namespace lapwing::alerting
