// The read side of the Store: the head first and then the files, since what leaves the head is in
// a file by then, whereas the other order could miss it between the two looks.
#include <set>

#include "agent/tsdb/series_set.h"
#include "agent/tsdb/store.h"

namespace lapwing::tsdb {

std::vector<std::shared_ptr<DayFile>> Store::files_in(TimeRange range) const {
  std::vector<std::shared_ptr<DayFile>> found;
  const std::lock_guard lock(files_mutex_);
  for (const auto& file : files_) {
    const TimeRange extent = file->extent();
    if (extent.from < extent.to && extent.from <= range.to && extent.to > range.from)
      found.push_back(file);
  }
  return found;
}

Labels Store::intern(const Labels& labels) const {
  const std::lock_guard lock(head_mutex_);
  return head_.intern(labels);
}

Result<std::unique_ptr<SeriesSet>> Store::select(std::span<const Matcher> matchers,
                                                 TimeRange range) const {
  auto set = std::make_unique<StoredSeriesSet>(range);
  std::vector<HeadFound> found;
  {
    const std::lock_guard lock(head_mutex_);
    head_.select(matchers, range, found);
  }
  for (HeadFound& one : found) set->add(std::move(one));
  for (const auto& file : files_in(range)) {
    const auto index = file->index([this](const Labels& labels) { return intern(labels); });
    if (!index) return index.error();
    (*index)->index.match(matchers, [&](std::uint32_t number, const Labels&) {
      set->add(file, (*index)->series[number]);
    });
  }
  set->sort();
  return std::unique_ptr<SeriesSet>(std::move(set));
}

Result<void> Store::visit(std::span<const Matcher> matchers, TimeRange range,
                          const SeriesIndex::Visit& visit) const {
  {
    const std::lock_guard lock(head_mutex_);
    head_.visit(matchers, range, visit);
  }
  for (const auto& file : files_in(range)) {
    const auto index = file->index([this](const Labels& labels) { return intern(labels); });
    if (!index) return index.error();
    (*index)->index.match(matchers, visit);
  }
  return {};
}

Result<std::vector<std::string>> Store::label_names(std::span<const Matcher> matchers,
                                                    TimeRange range) const {
  std::set<std::string, std::less<>> names;
  auto visited = visit(matchers, range, [&](std::uint32_t, const Labels& labels) {
    for (const Label label : labels)
      if (!names.contains(label.name)) names.emplace(label.name);
  });
  if (!visited) return std::move(visited).error();
  return std::vector<std::string>(names.begin(), names.end());
}

Result<std::vector<std::string>> Store::label_values(std::string_view label,
                                                     std::span<const Matcher> matchers,
                                                     TimeRange range) const {
  std::set<std::string, std::less<>> values;
  auto visited = visit(matchers, range, [&](std::uint32_t, const Labels& labels) {
    const std::string_view value = labels.get(label);
    if (!value.empty() && !values.contains(value)) values.emplace(value);
  });
  if (!visited) return std::move(visited).error();
  return std::vector<std::string>(values.begin(), values.end());
}

}  // namespace lapwing::tsdb
