#include "agent/cli/store_report.h"

#include <fmt/core.h>

#include <algorithm>

#include "agent/base/json.h"
#include "agent/cli/progress.h"
#include "agent/cli/table.h"

namespace lapwing::cli {
namespace {

constexpr std::array<tsdb::Tier, tsdb::kTiers> kAllTiers = {tsdb::Tier::Raw, tsdb::Tier::Minutes,
                                                            tsdb::Tier::Hours};

std::string each(double bytes, std::uint64_t count) {
  return count == 0 ? "-" : fmt::format("{:.2f}", bytes / double(count));
}

std::string day_and_minute(Timestamp time) { return format_rfc3339(time).substr(0, 16); }

}  // namespace

void StoreReport::add(const tsdb::FileContent& file) {
  Sum sum{.files = 1,
          .series = file.series.size(),
          .entries = file.entries,
          .chunk_bytes = file.chunk_bytes,
          .bytes = file.bytes};
  if (file.from < file.to) {
    sum.from = file.from;
    sum.to = file.to;
  }
  Sum& tier = tiers_[file.tier];
  ++tier.files;
  tier.series = std::max(tier.series, sum.series);
  tier.entries += sum.entries;
  tier.chunk_bytes += sum.chunk_bytes;
  tier.bytes += sum.bytes;
  tier.from = std::min(tier.from, sum.from);
  tier.to = std::max(tier.to, sum.to);
  std::string shown = file.path;
  if (shown.starts_with(folder_ + "/")) shown.erase(0, folder_.size() + 1);
  files_.push_back({shown, file.tier, sum, file.damage.size()});
  damage_.insert(damage_.end(), file.damage.begin(), file.damage.end());
  for (const tsdb::SeriesContent& series : file.series) {
    MetricCost& metric = metrics_[std::string(series.labels.metric_name())];
    if (file.tier == tsdb::Tier::Raw) metric.samples += series.entries;
    metric.bytes += series.bytes;
    if (!series_.insert(series.labels).second) continue;
    ++metric.series;
    for (const lapwing::Label label : series.labels) {
      if (label.name == kMetricName) continue;
      Label& known = labels_[std::string(label.name)];
      ++known.series;
      known.values.emplace(label.value);
    }
  }
}

void StoreReport::add(const tsdb::JournalContent& segment) {
  ++segments_;
  journal_bytes_ += segment.bytes;
  journal_samples_ += segment.samples;
  damage_.insert(damage_.end(), segment.damage.begin(), segment.damage.end());
}

std::vector<StoreReport::MetricCost> StoreReport::metrics(std::size_t top) const {
  std::vector<MetricCost> out;
  for (const auto& [name, cost] : metrics_) {
    out.push_back(cost);
    out.back().name = name;
  }
  std::sort(out.begin(), out.end(), [](const MetricCost& a, const MetricCost& b) {
    return a.bytes != b.bytes ? a.bytes > b.bytes : a.name < b.name;
  });
  if (out.size() > top) out.resize(top);
  return out;
}

std::vector<StoreReport::LabelCost> StoreReport::labels(std::size_t top) const {
  std::vector<LabelCost> out;
  for (const auto& [name, label] : labels_)
    out.push_back({name, label.values.size(), label.series});
  std::stable_sort(out.begin(), out.end(),
                   [](const LabelCost& a, const LabelCost& b) { return a.values > b.values; });
  if (out.size() > top) out.resize(top);
  return out;
}

StoreReport::Sum StoreReport::whole() const {
  Sum sum;
  for (const auto& [tier, part] : tiers_) {
    sum.files += part.files;
    sum.chunk_bytes += part.chunk_bytes;
    sum.bytes += part.bytes;
    sum.from = std::min(sum.from, part.from);
    sum.to = std::max(sum.to, part.to);
  }
  sum.series = series_.size();
  return sum;
}

std::uint64_t StoreReport::samples() const {
  const auto raw = tiers_.find(tsdb::Tier::Raw);
  return raw == tiers_.end() ? 0 : raw->second.entries;
}

std::string StoreReport::text(const Terminal& terminal, std::size_t top) const {
  const Sum sum = whole();
  std::string out = fmt::format("{}: {} series, {} samples, {}", folder_, with_commas(sum.series),
                                with_commas(samples()), format_bytes(double(sum.bytes)));
  if (samples() > 0) out += ", " + each(double(sum.bytes), samples()) + " bytes a sample";
  out += fmt::format("\njournal: {} segments, {} samples, {}\n", segments_,
                     with_commas(journal_samples_), format_bytes(double(journal_bytes_)));
  for (const std::string& path : set_aside_) out += "set aside: " + printable(path) + "\n";
  for (const std::string& line : damage_)
    out += styled(terminal, Style::Warning, "damaged: " + printable(line)) + "\n";
  const std::vector<Table::Column> columns = {{"TIER"},
                                              {"FILE"},
                                              {"FROM"},
                                              {"TO"},
                                              {"SERIES", Align::Right},
                                              {"ENTRIES", Align::Right},
                                              {"CHUNKS", Align::Right},
                                              {"REST", Align::Right},
                                              {"BYTES AN ENTRY", Align::Right}};
  Table files(columns);
  const auto add_row = [&](tsdb::Tier tier, std::string name, const Sum& row) {
    files.add({std::string(tsdb::name(tier)), std::move(name),
               row.from < row.to ? day_and_minute(row.from) : "-",
               row.from < row.to ? day_and_minute(row.to) : "-", with_commas(row.series),
               with_commas(row.entries), format_bytes(double(row.chunk_bytes)),
               format_bytes(double(row.bytes - std::min(row.bytes, row.chunk_bytes))),
               each(double(row.bytes), row.entries)});
  };
  for (const tsdb::Tier tier : kAllTiers) {
    const auto found = tiers_.find(tier);
    if (found == tiers_.end()) continue;
    add_row(tier, fmt::format("{} files", found->second.files), found->second);
    std::vector<const File*> newest_first;
    for (auto file = files_.rbegin(); file != files_.rend(); ++file)
      if (file->tier == tier) newest_first.push_back(&*file);
    for (std::size_t i = 0; i < std::min(newest_first.size(), top); ++i)
      add_row(tier, newest_first[i]->name, newest_first[i]->sum);
  }
  out += "\n" + files.text(terminal);
  Table metrics_table({{"METRIC"},
                       {"SERIES", Align::Right},
                       {"SAMPLES", Align::Right},
                       {"CHUNKS", Align::Right},
                       {"BYTES A SAMPLE", Align::Right}});
  for (const MetricCost& metric : metrics(top))
    metrics_table.add({std::string(metric.name), with_commas(metric.series),
                       with_commas(metric.samples), format_bytes(metric.bytes),
                       each(metric.bytes, metric.samples)});
  Table labels_table({{"LABEL"}, {"VALUES", Align::Right}, {"SERIES", Align::Right}});
  for (const LabelCost& label : labels(top))
    labels_table.add(
        {std::string(label.name), with_commas(label.values), with_commas(label.series)});
  return out + "\n" + metrics_table.text(terminal) + "\n" + labels_table.text(terminal);
}

void StoreReport::add_costs(JsonWriter& json, std::size_t top) const {
  json.key("metrics").begin_array();
  for (const MetricCost& metric : metrics(top)) {
    json.begin_object();
    json.key("name").string(metric.name);
    json.key("series").integer(std::int64_t(metric.series));
    json.key("samples").integer(std::int64_t(metric.samples));
    json.key("chunkBytes").integer(std::int64_t(metric.bytes));
    json.end_object();
  }
  json.end_array();
  json.key("labels").begin_array();
  for (const LabelCost& label : labels(top)) {
    json.begin_object();
    json.key("name").string(label.name);
    json.key("values").integer(std::int64_t(label.values));
    json.key("series").integer(std::int64_t(label.series));
    json.end_object();
  }
  json.end_array();
}

std::string StoreReport::json(std::size_t top) const {
  std::string out;
  JsonWriter json(out);
  const auto add_sum = [&](const Sum& sum) {
    json.key("series").integer(std::int64_t(sum.series));
    json.key("entries").integer(std::int64_t(sum.entries));
    json.key("bytes").integer(std::int64_t(sum.bytes));
    json.key("chunkBytes").integer(std::int64_t(sum.chunk_bytes));
    if (sum.from < sum.to) {
      json.key("from").string(format_rfc3339(sum.from));
      json.key("to").string(format_rfc3339(sum.to));
    }
  };
  const Sum sum = whole();
  json.begin_object();
  json.key("folder").string(folder_);
  json.key("series").integer(std::int64_t(sum.series));
  json.key("samples").integer(std::int64_t(samples()));
  json.key("bytes").integer(std::int64_t(sum.bytes));
  json.key("tiers").begin_object();
  for (const auto& [tier, part] : tiers_) {
    json.key(tsdb::name(tier)).begin_object();
    json.key("files").integer(std::int64_t(part.files));
    add_sum(part);
    json.end_object();
  }
  json.end_object();
  json.key("files").begin_array();
  for (const File& file : files_) {
    json.begin_object();
    json.key("tier").string(tsdb::name(file.tier));
    json.key("file").string(file.name);
    add_sum(file.sum);
    json.key("damagedPlaces").integer(std::int64_t(file.damaged));
    json.end_object();
  }
  json.end_array();
  add_costs(json, top);
  json.key("journal").begin_object();
  json.key("segments").integer(std::int64_t(segments_));
  json.key("samples").integer(std::int64_t(journal_samples_));
  json.key("bytes").integer(std::int64_t(journal_bytes_));
  json.end_object();
  json.key("damage").begin_array();
  for (const std::string& line : damage_) json.string(line);
  json.end_array();
  json.key("setAside").begin_array();
  for (const std::string& path : set_aside_) json.string(path);
  json.end_array();
  json.end_object();
  return out + "\n";
}

}  // namespace lapwing::cli
