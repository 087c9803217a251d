#include "collectors/scrape/target_series.h"

#include <algorithm>
#include <array>
#include <utility>

#include "agent/base/utf8.h"
#include "agent/model/metric_info.h"
#include "agent/model/sample.h"

namespace lapwing::collectors::scrape {
namespace {

constexpr std::size_t kMetadataLimit = 10'000;
// Vanished series are remembered for their return, up to as many again as are live and these.
constexpr std::size_t kKeptVanishedSeries = 1'000;
constexpr std::string_view kExported = "exported_";

constexpr std::array<std::string_view, 5> kReportNames = {
    "up", "scrape_duration_seconds", "scrape_samples_scraped",
    "scrape_samples_post_metric_relabeling", "scrape_series_added"};

const std::pair<std::string, std::string>* find_label(
    const std::vector<std::pair<std::string, std::string>>& labels, std::string_view name) {
  const auto found = std::find_if(labels.begin(), labels.end(),
                                  [&](const auto& label) { return label.first == name; });
  return found == labels.end() ? nullptr : &*found;
}

}  // namespace

TargetSeries::TargetSeries(Appender& appender, std::string_view source_name, Options options)
    : appender_(appender), source_(appender.source(source_name)), options_(std::move(options)) {
  for (const std::string_view name : kReportNames) {
    Series series;
    series.fresh_labels = LabelsBuilder(options_.target_labels).set(kMetricName, name).build();
    series.kind = SeriesKind::Gauge;
    report_.push_back(std::move(series));
  }
}

Result<void> TargetSeries::read(std::string_view page, PageOutcome& outcome) {
  staged_.clear();
  next_order_.clear();
  TextParser parser(page);
  Result<void> read = read_entries(parser, outcome);
  if (read && options_.limits.samples > 0 && outcome.scraped > options_.limits.samples)
    read = invalid("the page has " + std::to_string(outcome.scraped) +
                   " samples, more than sample_limit " + std::to_string(options_.limits.samples));
  if (!read)
    staged_.clear();
  else
    std::swap(order_, next_order_);
  return read;
}

Result<void> TargetSeries::read_entries(TextParser& parser, PageOutcome& outcome) {
  while (true) {
    const Result<TextParser::Entry> entry = parser.next();
    if (!entry) return entry.error();
    switch (*entry) {
      case TextParser::Entry::End:
        return {};
      case TextParser::Entry::Comment:
        continue;
      case TextParser::Entry::Type:
      case TextParser::Entry::Help:
        learn(parser, *entry);
        continue;
      case TextParser::Entry::Sample:
        break;
    }
    ++outcome.scraped;
    if (outcome.scraped > kPageSeriesLimit)
      return invalid("the page has more than " + std::to_string(kPageSeriesLimit) + " samples");
    const Result<std::uint32_t> place = series_of(parser);
    if (!place) return place.error();
    const bool has_time = options_.honor_timestamps && parser.timestamp_millis().has_value();
    if (series_[*place].round != round_) ++outcome.added;
    staged_.push_back({*place, parser.value(), has_time,
                       has_time ? from_millis(*parser.timestamp_millis()) : Timestamp{}});
  }
}

Result<std::uint32_t> TargetSeries::series_of(const TextParser& parser) {
  const std::string_view text = parser.series();
  if (next_order_.size() < order_.size()) {
    const ByText::value_type* guess = order_[next_order_.size()];
    if (guess->first == text) {
      next_order_.push_back(guess);
      return guess->second;
    }
  }
  if (const auto known = by_text_.find(text); known != by_text_.end()) {
    next_order_.push_back(&*known);
    return known->second;
  }
  Result<Labels> labels = labels_of(parser);
  if (!labels) return std::move(labels).error();
  // The same labels in another order or with other blanks are the same series.
  std::vector<std::uint32_t>& candidates = by_labels_[labels->hash()];
  std::uint32_t place = UINT32_MAX;
  for (const std::uint32_t candidate : candidates)
    if (labels_[candidate] == *labels) place = candidate;
  if (place == UINT32_MAX) {
    place = std::uint32_t(series_.size());
    Series series;
    series.kind = kind_of(labels->metric_name());
    series.fresh_labels = *labels;
    series_.push_back(std::move(series));
    labels_.push_back(std::move(*labels));
    candidates.push_back(place);
  }
  next_order_.push_back(&*by_text_.emplace(std::string(text), place).first);
  return place;
}

Result<Labels> TargetSeries::labels_of(const TextParser& parser) {
  parser.read_labels(scratch_);
  for (std::size_t i = 0; i < scratch_.size(); ++i) {
    const std::string& name = scratch_[i].first;
    if (name.empty() || !is_utf8(name))
      return invalid(std::string(parser.series()) + ": a label's name is empty or not UTF-8");
    for (std::size_t j = 0; j < i; ++j)
      if (scratch_[j].first == name)
        return invalid(std::string(parser.series()) + ": label \"" + name + "\" stands twice");
  }
  if (scratch_[0].second.empty() || !is_utf8(scratch_[0].second))
    return invalid(std::string(parser.series()) + ": the metric name is empty or not UTF-8");
  mix_in_target_labels();
  std::vector<Label> views;
  views.reserve(scratch_.size());
  for (const auto& [name, value] : scratch_) views.push_back({name, value});
  Labels labels = Labels::from(std::move(views));
  if (Result<void> within = check_limits(labels); !within) return std::move(within).error();
  return labels;
}

void TargetSeries::mix_in_target_labels() {
  const std::size_t own = scratch_.size();
  for (const Label target : options_.target_labels) {
    const auto* exposed = find_label(scratch_, target.name);
    if (exposed == nullptr) {
      scratch_.emplace_back(target.name, target.value);
      continue;
    }
    // An honoured label that is empty says: leave the target's label out.
    if (options_.honor_labels) continue;
    if (!exposed->second.empty()) {
      std::string renamed(kExported);
      renamed += target.name;
      while (find_label(scratch_, renamed) != nullptr || options_.target_labels.has(renamed))
        renamed.insert(0, kExported);
      scratch_.emplace_back(std::move(renamed), exposed->second);
    }
    for (std::size_t i = 0; i < own; ++i)
      if (scratch_[i].first == target.name) scratch_[i].second = target.value;
  }
}

Result<void> TargetSeries::check_limits(const Labels& labels) const {
  const Limits& limits = options_.limits;
  if (limits.labels > 0 && labels.size() > limits.labels)
    return invalid(labels.to_string() + ": more labels than label_limit " +
                   std::to_string(limits.labels));
  if (limits.label_name_length == 0 && limits.label_value_length == 0) return {};
  for (const Label label : labels) {
    if (limits.label_name_length > 0 && label.name.size() > limits.label_name_length)
      return invalid("label name " + std::string(label.name) +
                     " is longer than label_name_length_limit " +
                     std::to_string(limits.label_name_length));
    if (limits.label_value_length > 0 && label.value.size() > limits.label_value_length)
      return invalid("the value of label " + std::string(label.name) +
                     " is longer than label_value_length_limit " +
                     std::to_string(limits.label_value_length));
  }
  return {};
}

SeriesKind TargetSeries::kind_of(std::string_view metric_name) const {
  if (const auto exact = metadata_.find(metric_name); exact != metadata_.end())
    return series_kind(exact->second.type);
  for (const std::string_view suffix : {"_bucket", "_count", "_sum"}) {
    if (!metric_name.ends_with(suffix)) continue;
    const auto family = metadata_.find(metric_name.substr(0, metric_name.size() - suffix.size()));
    if (family == metadata_.end()) continue;
    const MetricType type = family->second.type;
    if (type == MetricType::Histogram || (type == MetricType::Summary && suffix != "_bucket"))
      return SeriesKind::Counter;
  }
  return SeriesKind::Unknown;
}

void TargetSeries::learn(const TextParser& parser, TextParser::Entry entry) {
  auto found = metadata_.find(parser.family());
  if (found == metadata_.end()) {
    if (metadata_.size() >= kMetadataLimit) return;
    found = metadata_.emplace(std::string(parser.family()), MetricMetadata{}).first;
    found->second.name = found->first;
    ++metadata_version_;
  }
  MetricMetadata& known = found->second;
  if (entry == TextParser::Entry::Type) {
    if (known.type != parser.type()) ++metadata_version_;
    known.type = parser.type();
  } else if (std::string help = parser.help(); help != known.help) {
    known.help = std::move(help);
    ++metadata_version_;
  }
}

bool TargetSeries::resolve(Series& series) {
  if (series.ref != kNoSeries) return true;
  const Result<SeriesRef> ref = appender_.resolve(series.fresh_labels, series.kind);
  if (!ref) {
    ++refused_;
    return false;
  }
  series.ref = *ref;
  return true;
}

void TargetSeries::stage_into_columns(Timestamp time) {
  const std::uint32_t round_before = round_++;
  live_ = 0;
  for (const Staged& sample : staged_) {
    Series& series = series_[sample.series];
    const bool seen = series.round == round_;
    if (seen && !sample.has_time) {
      ++duplicates_;
      continue;
    }
    if (!resolve(series)) continue;
    if (!seen) ++live_;
    series.round = round_;
    series.tracked = !sample.has_time || options_.track_timestamps_staleness;
    mixed_times_ |= sample.has_time;
    refs_.push_back(series.ref);
    values_.push_back(sample.value);
    times_.push_back(sample.has_time ? sample.time : time);
    places_.push_back(sample.series);
  }
  staged_.clear();
  for (std::uint32_t place = 0; place < series_.size(); ++place) {
    const Series& series = series_[place];
    if (series.round != round_before || !series.tracked || series.ref == kNoSeries) continue;
    refs_.push_back(series.ref);
    values_.push_back(kStaleMarker);
    times_.push_back(time);
    places_.push_back(UINT32_MAX);
  }
}

void TargetSeries::add_report(Timestamp time, const ScrapeReport& report) {
  const std::array<double, kReportNames.size()> figures = {
      report.up ? 1.0 : 0.0, report.seconds, double(report.page.scraped),
      double(report.page.scraped), double(report.page.added)};
  for (std::size_t i = 0; i < figures.size(); ++i) {
    if (!resolve(report_[i])) continue;
    refs_.push_back(report_[i].ref);
    values_.push_back(figures[i]);
    times_.push_back(time);
    places_.push_back(UINT32_MAX - 1 - std::uint32_t(i));
  }
}

void TargetSeries::append(Timestamp time) {
  const auto send = [&] {
    return appender_.append({.source = mixed_times_ ? kNoSource : source_,
                             .time = time,
                             .refs = refs_,
                             .values = values_,
                             .times = mixed_times_ ? std::span<const Timestamp>(times_)
                                                   : std::span<const Timestamp>{}});
  };
  const AppendOutcome outcome = send();
  if (outcome.retired.empty()) return;
  std::vector<SeriesRef> refs;
  std::vector<double> values;
  std::vector<Timestamp> times;
  for (const std::uint32_t index : outcome.retired) {
    const std::uint32_t place = places_[index];
    if (place == UINT32_MAX) continue;  // A series that ends needs no new beginning.
    Series& series = place < series_.size() ? series_[place] : report_[UINT32_MAX - 1 - place];
    series.ref = kNoSeries;
    if (!resolve(series)) continue;
    refs.push_back(series.ref);
    values.push_back(values_[index]);
    times.push_back(times_[index]);
  }
  refs_ = std::move(refs);
  values_ = std::move(values);
  times_ = std::move(times);
  if (!refs_.empty()) (void)send();
}

void TargetSeries::commit(Timestamp time, const ScrapeReport& report) {
  refs_.clear();
  values_.clear();
  times_.clear();
  places_.clear();
  mixed_times_ = false;
  stage_into_columns(time);
  add_report(time, report);
  append(time);
  if (series_.size() > 2 * live_ + kKeptVanishedSeries ||
      by_text_.size() > 2 * order_.size() + kKeptVanishedSeries)
    forget_vanished();
}

void TargetSeries::forget_vanished() {
  std::vector<std::uint32_t> moved(series_.size(), UINT32_MAX);
  std::vector<Series> kept;
  std::vector<Labels> kept_labels;
  for (std::uint32_t place = 0; place < series_.size(); ++place) {
    if (series_[place].round != round_) continue;
    moved[place] = std::uint32_t(kept.size());
    kept.push_back(std::move(series_[place]));
    kept_labels.push_back(std::move(labels_[place]));
  }
  series_ = std::move(kept);
  labels_ = std::move(kept_labels);
  by_labels_.clear();
  for (std::uint32_t place = 0; place < labels_.size(); ++place)
    by_labels_[labels_[place].hash()].push_back(place);
  // Another spelling of a live series may go as well: only the last page's texts stay.
  ByText texts;
  std::vector<const ByText::value_type*> order;
  for (const ByText::value_type* text : order_) {
    if (moved[text->second] == UINT32_MAX) continue;
    order.push_back(&*texts.emplace(text->first, moved[text->second]).first);
  }
  by_text_ = std::move(texts);
  order_ = std::move(order);
  next_order_.clear();
}

void TargetSeries::retire(Timestamp time) {
  refs_.clear();
  for (const Series& series : series_)
    if (series.round == round_ && series.tracked && series.ref != kNoSeries)
      refs_.push_back(series.ref);
  for (const Series& series : report_)
    if (series.ref != kNoSeries) refs_.push_back(series.ref);
  if (refs_.empty()) return;
  values_.assign(refs_.size(), kStaleMarker);
  (void)appender_.append({.source = source_, .time = time, .refs = refs_, .values = values_});
}

}  // namespace lapwing::collectors::scrape
