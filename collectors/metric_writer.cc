#include "collectors/metric_writer.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

#include "agent/base/utf8.h"

namespace lapwing::collectors {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;
// Series that are not written any more are kept for their return, up to this many beside as many
// again as are live: network devices and mounts come and go.
constexpr std::size_t kKeptUnseenSeries = 256;

std::uint64_t hash_of(const MetricInfo& info, std::string_view key) {
  return std::hash<std::string_view>{}(key) ^
         (std::uint64_t(reinterpret_cast<std::uintptr_t>(&info)) * 0x9e3779b97f4a7c15u);
}

std::string_view next_value(std::string_view& key) {
  std::uint32_t size = 0;
  std::memcpy(&size, key.data(), sizeof size);
  const std::string_view value = key.substr(sizeof size, size);
  key.remove_prefix(sizeof size + size);
  return value;
}

// The parts of a histogram or summary belong to one family, whose name lacks their endings.
std::string_view family_name(const MetricInfo& info) {
  if (info.type != MetricType::Histogram && info.type != MetricType::Summary) return info.name;
  for (const std::string_view ending : {"_bucket", "_sum", "_count"})
    if (info.name.ends_with(ending)) return info.name.substr(0, info.name.size() - ending.size());
  return info.name;
}

// The text formats carry UTF-8 alone, and a mount point may be any bytes.
std::string as_utf8(std::string_view text) {
  std::string sound;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      sound += "\xef\xbf\xbd";
      text.remove_prefix(1);
    } else {
      sound.append(text.substr(0, length));
      text.remove_prefix(length);
    }
  }
  return sound;
}

}  // namespace

void MetricWriter::append_key(std::string& key, std::span<const std::string_view> label_values) {
  for (const std::string_view value : label_values) {
    const std::uint32_t size = std::uint32_t(value.size());
    key.append(reinterpret_cast<const char*>(&size), sizeof size).append(value);
  }
}

bool MetricWriter::matches(const Series& series, const MetricInfo& info,
                           std::span<const std::string_view> label_values) {
  if (series.info != &info) return false;
  std::string_view key = series.key;
  return std::all_of(label_values.begin(), label_values.end(),
                     [&](std::string_view value) { return next_value(key) == value; });
}

std::uint32_t MetricWriter::find(const MetricInfo& info,
                                 std::span<const std::string_view> label_values) {
  if (written_.size() < expected_.size()) {
    const std::uint32_t guess = expected_[written_.size()];
    if (matches(series_[guess], info, label_values)) return guess;
  }
  scratch_key_.clear();
  append_key(scratch_key_, label_values);
  const std::uint64_t hash = hash_of(info, scratch_key_);
  const auto [first, last] = index_.equal_range(hash);
  for (auto at = first; at != last; ++at) {
    const Series& known = series_[at->second];
    if (known.info == &info && known.key == scratch_key_) return at->second;
  }
  if (written_.size() >= series_limit_) return kNone;
  series_.push_back({&info, scratch_key_, kNoSeries, 0});
  index_.emplace(hash, std::uint32_t(series_.size() - 1));
  return std::uint32_t(series_.size() - 1);
}

void MetricWriter::sample(const MetricInfo& info, std::span<const std::string_view> label_values,
                          double value) {
  assert(label_values.size() == info.label_count);
  const std::uint32_t place = find(info, label_values);
  if (place == kNone || written_.size() >= series_limit_) {
    ++refused_;
    return;
  }
  Series& series = series_[place];
  if (series.round == round_) return;
  series.round = round_;
  written_.push_back(place);
  values_.push_back(value);
}

void MetricWriter::begin() {
  std::swap(expected_, written_);
  written_.clear();
  values_.clear();
  warning_.clear();
  if (series_.size() > 2 * expected_.size() + kKeptUnseenSeries) drop_unseen();
  ++round_;
}

void MetricWriter::drop_unseen() {
  std::vector<std::uint32_t> moved(series_.size(), kNone);
  std::vector<Series> kept;
  for (std::uint32_t place = 0; place < series_.size(); ++place) {
    if (series_[place].round != round_) continue;
    moved[place] = std::uint32_t(kept.size());
    kept.push_back(std::move(series_[place]));
  }
  series_ = std::move(kept);
  index_.clear();
  for (std::uint32_t place = 0; place < series_.size(); ++place)
    index_.emplace(hash_of(*series_[place].info, series_[place].key), place);
  // A collection that failed after writing may have left places of an older round behind.
  std::erase_if(expected_, [&](std::uint32_t place) { return moved[place] == kNone; });
  for (std::uint32_t& place : expected_) place = moved[place];
  layout_.reset();
}

Labels MetricWriter::labels_of(const Series& series, const Labels& target_labels) const {
  LabelsBuilder builder(target_labels);
  builder.set(kMetricName, series.info->name);
  std::string_view key = series.key;
  for (std::size_t i = 0; i < series.info->label_count; ++i)
    builder.set(series.info->label_names[i], as_utf8(next_value(key)));
  return builder.build();
}

void MetricWriter::resolve(Appender& appender, const Labels& target_labels,
                           std::vector<SeriesRef>& refs, std::vector<double>& values) {
  refs.clear();
  values.clear();
  column_.clear();
  for (std::uint32_t i = 0; i < written_.size(); ++i) {
    Series& series = series_[written_[i]];
    if (series.ref == kNoSeries) {
      const Result<SeriesRef> ref =
          appender.resolve(labels_of(series, target_labels), series_kind(series.info->type));
      if (!ref) {
        ++refused_;
        continue;
      }
      series.ref = *ref;
    }
    refs.push_back(series.ref);
    values.push_back(values_[i]);
    column_.push_back(i);
  }
}

void MetricWriter::renew(Appender& appender, const Labels& target_labels,
                         std::span<const std::uint32_t> indexes, std::vector<SeriesRef>& refs) {
  for (const std::uint32_t index : indexes) {
    if (index >= column_.size()) continue;
    Series& series = series_[written_[column_[index]]];
    const Result<SeriesRef> ref =
        appender.resolve(labels_of(series, target_labels), series_kind(series.info->type));
    series.ref = ref ? *ref : kNoSeries;
    refs[index] = series.ref;
  }
}

void MetricWriter::forget_refs() {
  for (Series& series : series_) series.ref = kNoSeries;
}

std::shared_ptr<const SnapshotLayout> MetricWriter::make_layout() {
  auto layout = std::make_shared<SnapshotLayout>();
  layout_order_.resize(written_.size());
  for (std::uint32_t i = 0; i < layout_order_.size(); ++i) layout_order_[i] = i;
  std::stable_sort(layout_order_.begin(), layout_order_.end(), [&](auto a, auto b) {
    return family_name(*series_[written_[a]].info) < family_name(*series_[written_[b]].info);
  });
  for (const std::uint32_t place : layout_order_) {
    const Series& series = series_[written_[place]];
    const MetricInfo& info = *series.info;
    const std::string_view family = family_name(info);
    if (layout->families.empty() || layout->families.back().name != family)
      layout->families.push_back({std::string(family), std::string(info.help), info.type,
                                  std::uint32_t(layout->series.size()), 0});
    ++layout->families.back().count;
    std::string text(info.name);
    std::string_view key = series.key;
    char opening = '{';
    for (std::size_t i = 0; i < info.label_count; ++i) {
      text += std::exchange(opening, ',');
      text.append(info.label_names[i]) += '=';
      append_quoted(text, as_utf8(next_value(key)));
    }
    if (opening == ',') text += '}';
    layout->series.push_back(std::move(text));
  }
  return layout;
}

std::shared_ptr<const SourceSnapshot> MetricWriter::snapshot(std::string_view source,
                                                             Timestamp time, Duration interval) {
  if (!layout_ || layout_written_ != written_) {
    layout_ = make_layout();
    layout_written_ = written_;
  }
  auto snapshot = std::make_shared<SourceSnapshot>();
  snapshot->source = source;
  snapshot->time = time;
  snapshot->interval = interval;
  snapshot->layout = layout_;
  snapshot->values.reserve(layout_order_.size());
  for (const std::uint32_t place : layout_order_) snapshot->values.push_back(values_[place]);
  return snapshot;
}

}  // namespace lapwing::collectors
