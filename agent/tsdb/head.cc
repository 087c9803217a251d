#include "agent/tsdb/head.h"

#include <algorithm>
#include <bit>
#include <string>
#include <unordered_set>
#include <utility>

namespace lapwing::tsdb {
namespace {

constexpr std::size_t kSourceLimit = 10'000;  // further ones share no time column
// A series written backwards sample by sample makes a run of each; from here on they are merged.
constexpr std::size_t kManyRuns = 64;
// What malloc and the block of labels take beside the text: a header, and an offset a label.
constexpr std::size_t kLabelsOverhead = 64;

// malloc's header and rounding of a block of fixed size, about.
constexpr std::size_t kBlockOverhead = 16;

/// What the list of a series' sealed runs occupies.
std::size_t list_bytes(const std::vector<std::shared_ptr<const Run>>& runs) {
  return runs.capacity() == 0 ? 0 : runs.capacity() * sizeof(runs[0]) + kBlockOverhead;
}

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

std::array<const OpenRun*, 2> open_runs(const OpenRun& open, const std::unique_ptr<OpenRun>& late) {
  return {&open, late.get()};
}

/// Periods are left-open, (k * period, (k + 1) * period], as PromQL's ranges are.
std::int64_t period_number(std::int64_t time, std::int64_t period) { return (time - 1) / period; }

/// `runs` as few as can be, none reaching over a period, times rising.
std::vector<std::shared_ptr<const Run>> merge_runs(
    const std::vector<std::shared_ptr<const Run>>& runs, std::int64_t period) {
  std::vector<RunView> views;
  for (const auto& run : runs) views.push_back(view(*run));
  Columns columns;
  static_cast<void>(read_runs(views, {}, columns));  // Made in memory by us: never damaged.
  std::vector<std::shared_ptr<const Run>> merged;
  OpenRun open;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::int64_t time = to_millis(columns.times[i]);
    if (!open.empty() && (open.count() == kRunSamples ||
                          period_number(open.first_time(), period) != period_number(time, period)))
      merged.push_back(open.seal());
    open.append(time, columns.values[i], nullptr, 0);
  }
  if (!open.empty()) merged.push_back(open.seal());
  return merged;
}

}  // namespace

Head::Head(const HeadOptions& options) : options_(options) {}

SourceRef Head::source(std::string_view name) {
  if (const auto found = source_numbers_.find(name); found != source_numbers_.end())
    return SourceRef(found->second);
  if (sources_.size() >= kSourceLimit) return kNoSource;
  sources_.push_back({std::string(name), nullptr});
  source_numbers_.emplace(name, std::uint32_t(sources_.size()));
  return SourceRef(std::uint32_t(sources_.size()));
}

Result<SeriesRef> Head::resolve(const Labels& labels, SeriesKind kind, Timestamp now) {
  if (const auto* known = index_.find(labels)) {
    find(SeriesRef(known->second))->resolved_time = to_millis(now);
    return SeriesRef(known->second);
  }
  if (auto usable = check_new(labels); !usable) return std::move(usable).error();
  const std::uint32_t ref = next_ref_++;
  const std::size_t page = ref / kPageSeries;
  if (page >= pages_.size()) pages_.resize(page + 1);
  if (pages_[page] == nullptr) pages_[page] = std::make_unique<Page>();
  auto series = std::make_unique<Series>();
  series->labels = labels;
  series->kind = kind;
  series->resolved_time = to_millis(now);
  pages_[page]->series[ref % kPageSeries] = std::move(series);
  ++pages_[page]->live;
  index_.add(labels, ref);
  label_bytes_ += labels.text_bytes() + kLabelsOverhead;
  return SeriesRef(ref);
}

Result<void> Head::check_new(const Labels& labels) const {
  if (labels.metric_name().empty()) return invalid("a series without a metric name");
  if (labels.size() > kLabelsLimit)
    return invalid("more than " + std::to_string(kLabelsLimit) + " labels");
  if (labels.text_bytes() > kLabelBytesLimit)
    return invalid("labels of more than " + std::to_string(kLabelBytesLimit) + " bytes");
  if (index_.size() >= options_.series_limit)
    return invalid("the limit of " + std::to_string(options_.series_limit) + " series is reached");
  if (series_bytes() > options_.size_limit_bytes / 2)
    return invalid(std::to_string(index_.size()) + " series and their labels take half of the " +
                   std::to_string(options_.size_limit_bytes) + " bytes of memory allowed");
  return {};
}

std::size_t Head::series_bytes() const {
  return index_.size() * (sizeof(Series) + kBlockOverhead) + pages_.size() * sizeof(Page) +
         label_bytes_ + index_.bytes();
}

std::size_t Head::sample_bytes() const {
  return run_bytes_ + column_bytes_->load(std::memory_order_relaxed);
}

std::size_t Head::sample_limit() const {
  // Twice: a flush lists all series, and keeps the index of the file that it writes to.
  return options_.size_limit_bytes -
         std::min(2 * series_bytes() + bytes_beside_, options_.size_limit_bytes / 2);
}

/// Columns go with the last run that points to them, which a reader may hold on another thread.
std::shared_ptr<TimeColumn> Head::make_column() const {
  column_bytes_->fetch_add(sizeof(TimeColumn), std::memory_order_relaxed);
  return {new TimeColumn(), [count = column_bytes_](TimeColumn* column) {
            count->fetch_sub(sizeof(TimeColumn), std::memory_order_relaxed);
            delete column;
          }};
}

Head::Series* Head::find(SeriesRef ref) const {
  const std::size_t page = std::size_t(ref) / kPageSeries;
  if (page >= pages_.size() || pages_[page] == nullptr) return nullptr;
  return pages_[page]->series[std::size_t(ref) % kPageSeries].get();
}

std::int64_t Head::period_of(std::int64_t time) const {
  return period_number(time, options_.period.count());
}

std::uint32_t Head::column_place(Source& source, std::int64_t time) {
  TimeColumn* column = source.column.get();
  if (column != nullptr && column->count > 0) {
    const std::int64_t last = column->times[column->count - 1];
    if (last == time) return column->count - 1;  // A batch in two parts.
    if (column->count == kRunSamples || time < last || period_of(last) != period_of(time))
      column = nullptr;
  }
  if (column == nullptr) {
    source.column = make_column();
    column = source.column.get();
  }
  column->times[column->count] = time;
  return column->count++;
}

AppendOutcome Head::append(const Batch& batch, Timestamp now, Timestamp oldest,
                           JournalEncoder* journal, std::uint64_t segment) {
  AppendOutcome outcome;
  skipped_.clear();
  // Before 1970 there are no periods; `oldest` is what retention keeps.
  const Timestamp lowest = std::max(oldest, from_millis(0));
  const Timestamp highest = now + kFarthestAhead;
  const bool one_time = batch.times.empty();
  const bool known_source =
      batch.source != kNoSource && std::size_t(batch.source) <= sources_.size();
  std::shared_ptr<TimeColumn> column;
  std::uint32_t index = 0;
  if (one_time && known_source && batch.time >= lowest && batch.time <= highest) {
    Source& source = sources_[std::size_t(batch.source) - 1];
    index = column_place(source, to_millis(batch.time));
    column = source.column;
  }
  for (std::uint32_t i = 0; i < batch.refs.size(); ++i) {
    const Timestamp time = one_time ? batch.time : batch.times[i];
    Series* const series = find(batch.refs[i]);
    Fate fate = Fate::OutOfOrder;
    if (series == nullptr) {
      outcome.retired.push_back(i);
    } else if (time > highest) {
      ++outcome.too_far_ahead;
    } else {
      if (time >= lowest)
        fate = store(*series, to_millis(time), batch.values[i], column, index, batch.on_conflict);
      if (fate == Fate::OutOfOrder) ++outcome.out_of_order;
      if (fate == Fate::Conflicting) ++outcome.conflicting;
    }
    if (fate != Fate::Stored) {
      skipped_.push_back(i);
      continue;
    }
    ++outcome.stored;
    if (journal != nullptr && series->journal_segment != segment) {
      journal->series(std::uint32_t(batch.refs[i]), series->kind, series->labels);
      series->journal_segment = segment;
    }
  }
  if (journal == nullptr || outcome.stored == 0) return outcome;
  if (one_time)
    journal->batch(known_source ? sources_[std::size_t(batch.source) - 1].name : "",
                   to_millis(batch.time), batch.refs, batch.values, skipped_);
  else
    journal->samples(batch.refs, batch.times, batch.values, skipped_);
  return outcome;
}

Head::Fate Head::store(Series& series, std::int64_t time, double value,
                       const std::shared_ptr<TimeColumn>& column, std::uint32_t index,
                       OnConflict on_conflict) {
  if (series.has_newest && time <= series.newest_time) {
    if (time == series.newest_time && same_bits(series.newest_value, value)) return Fate::Stored;
    return store_late(series, time, value, on_conflict);
  }
  extend(series, series.open, time, value, column, index);
  series.has_newest = true;
  series.newest_time = time;
  series.newest_value = value;
  newest_ = std::max(newest_, time);
  return Fate::Stored;
}

bool Head::find_stored(const Series& series, std::int64_t time, double& value) {
  // The later run wins where two have one time, so it is asked first.
  if (series.late != nullptr && series.late->holds(time) &&
      find_sample(view(*series.late->snapshot()), time, value))
    return true;
  for (auto run = series.sealed.rbegin(); run != series.sealed.rend(); ++run)
    if ((*run)->first_time <= time && time <= (*run)->last_time &&
        find_sample(view(**run), time, value))
      return true;
  return series.open.holds(time) && find_sample(view(*series.open.snapshot()), time, value);
}

Head::Fate Head::store_late(Series& series, std::int64_t time, double value,
                            OnConflict on_conflict) {
  if (on_conflict == OnConflict::Refuse) {
    if (time < series.newest_time - options_.out_of_order_window.count()) return Fate::OutOfOrder;
    double there = time == series.newest_time ? series.newest_value : 0;
    if (time == series.newest_time || find_stored(series, time, there))
      return same_bits(there, value) ? Fate::Stored : Fate::Conflicting;
  } else if (time == series.newest_time) {
    series.newest_value = value;
  }
  if (series.late == nullptr) series.late = std::make_unique<OpenRun>();
  if (!series.late->empty() && time <= series.late->last_time()) seal(series, *series.late);
  extend(series, *series.late, time, value, nullptr, 0);
  return Fate::Stored;
}

void Head::extend(Series& series, OpenRun& run, std::int64_t time, double value,
                  const std::shared_ptr<TimeColumn>& column, std::uint32_t index) {
  if (!run.empty() && (run.count() == kRunSamples || !run.takes(column) ||
                       period_of(run.first_time()) != period_of(time)))
    seal(series, run);
  run_bytes_ -= run.heap_bytes();
  run.append(time, value, column, index);
  run_bytes_ += run.heap_bytes();
}

void Head::seal(Series& series, OpenRun& run) {
  // The late run may replace samples of the open one: it is sealed behind it, since the later run
  // of the list wins.
  if (&run == series.late.get() && !series.open.empty() &&
      run.last_time() >= series.open.first_time())
    seal(series, series.open);
  run_bytes_ -= run.heap_bytes() + list_bytes(series.sealed);
  series.sealed.push_back(run.seal());
  run_bytes_ += series.sealed.back()->bytes() + run.heap_bytes() + list_bytes(series.sealed);
  if (series.sealed.size() < kManyRuns || series.sealed.size() % kManyRuns != 0) return;
  for (const auto& old : series.sealed) run_bytes_ -= old->bytes();
  run_bytes_ -= list_bytes(series.sealed);
  series.sealed = merge_runs(series.sealed, options_.period.count());
  for (const auto& merged : series.sealed) run_bytes_ += merged->bytes();
  run_bytes_ += list_bytes(series.sealed);
}

bool Head::has_samples(const Series& series, TimeRange range) {
  const std::int64_t from = to_millis(range.from), to = to_millis(range.to);
  const auto overlaps = [&](std::int64_t first, std::int64_t last) {
    return first <= to && last >= from;
  };
  if (!series.open.empty() && overlaps(series.open.first_time(), series.open.last_time()))
    return true;
  if (series.late != nullptr && !series.late->empty() &&
      overlaps(series.late->first_time(), series.late->last_time()))
    return true;
  return std::any_of(series.sealed.begin(), series.sealed.end(),
                     [&](const auto& run) { return overlaps(run->first_time, run->last_time); });
}

void Head::visit(std::span<const Matcher> matchers, TimeRange range,
                 const SeriesIndex::Visit& visit) const {
  index_.match(matchers, [&](std::uint32_t ref, const Labels& labels) {
    if (has_samples(*find(SeriesRef(ref)), range)) visit(ref, labels);
  });
}

HeadFound Head::samples_of(const Series& series, TimeRange range) {
  const std::int64_t from = to_millis(range.from), to = to_millis(range.to);
  HeadFound entry{series.labels, series.kind, {}, {}};
  for (const auto& run : series.sealed)
    if (run->first_time <= to && run->last_time >= from) entry.runs.push_back(run);
  for (const OpenRun* run : open_runs(series.open, series.late))
    if (run != nullptr && !run->empty() && run->first_time() <= to && run->last_time() >= from)
      entry.runs.push_back(run->snapshot());
  return entry;
}

void Head::select(std::span<const Matcher> matchers, TimeRange range, Wanted wanted,
                  std::vector<HeadFound>& found) const {
  const std::int64_t from = to_millis(range.from), to = to_millis(range.to);
  const std::span<const std::uint32_t> refs = selections_.find(index_, matchers);
  found.reserve(refs.size());
  for (const std::uint32_t ref : refs) {
    const Series& series = *find(SeriesRef(ref));
    if (wanted == Wanted::Newest && series.has_newest && series.newest_time >= from &&
        series.newest_time <= to)
      found.push_back({series.labels,
                       series.kind,
                       {},
                       Sample{from_millis(series.newest_time), series.newest_value}});
    else if (HeadFound entry = samples_of(series, range); !entry.runs.empty())
      found.push_back(std::move(entry));
  }
}

Labels Head::intern(const Labels& labels) const {
  const auto* known = index_.find(labels);
  return known == nullptr ? labels : known->first;
}

std::vector<Sealed> Head::collect(Timestamp cut) {
  const std::int64_t period = options_.period.count();
  const auto is_old = [&](std::int64_t first_time) {
    return cut == kNever || (period_number(first_time, period) + 1) * period <= to_millis(cut);
  };
  std::vector<Sealed> collected;
  for (std::size_t page = 0; page < pages_.size(); ++page) {
    if (pages_[page] == nullptr) continue;
    for (std::size_t i = 0; i < kPageSeries; ++i) {
      Series* const series = pages_[page]->series[i].get();
      if (series == nullptr) continue;
      for (OpenRun* run : {&series->open, series->late.get()})
        if (run != nullptr && !run->empty() && is_old(run->first_time())) seal(*series, *run);
      Sealed ready;
      for (const auto& run : series->sealed)
        if (is_old(run->first_time)) ready.runs.push_back(run);
      if (ready.runs.empty()) continue;
      ready.ref = SeriesRef(std::uint32_t(page * kPageSeries + i));
      ready.labels = series->labels;
      ready.kind = series->kind;
      collected.push_back(std::move(ready));
    }
  }
  return collected;
}

void Head::remove(const std::vector<Sealed>& stored) {
  for (const Sealed& part : stored) {
    Series* const series = find(part.ref);
    if (series == nullptr) continue;
    std::unordered_set<const Run*> gone;
    for (const auto& run : part.runs) gone.insert(run.get());
    run_bytes_ -= list_bytes(series->sealed);
    std::erase_if(series->sealed, [&](const auto& run) {
      if (!gone.contains(run.get())) return false;
      run_bytes_ -= run->bytes();
      return true;
    });
    series->sealed.shrink_to_fit();
    run_bytes_ += list_bytes(series->sealed);
  }
}

std::uint64_t Head::give_up_oldest() {
  std::uint64_t lost = 0;
  const std::int64_t period = options_.period.count();
  while (over_limit()) {
    const Timestamp oldest_time = oldest();
    if (oldest_time == kNever) break;
    const std::int64_t end = (period_number(to_millis(oldest_time), period) + 1) * period;
    const std::vector<Sealed> oldest_runs = collect(from_millis(end));
    if (oldest_runs.empty()) break;
    for (const Sealed& part : oldest_runs)
      for (const auto& run : part.runs) lost += run->count;
    remove(oldest_runs);
  }
  return lost;
}

std::size_t Head::retire(Timestamp before) {
  std::size_t retired = 0;
  for (auto& page : pages_) {
    if (page == nullptr) continue;
    for (auto& series : page->series) {
      if (series == nullptr || !series->sealed.empty() || !series->open.empty() ||
          (series->late != nullptr && !series->late->empty()))
        continue;
      const bool used_lately = (series->has_newest && series->newest_time >= to_millis(before)) ||
                               series->resolved_time >= to_millis(before);
      if (used_lately) continue;
      label_bytes_ -= series->labels.text_bytes() + kLabelsOverhead;
      index_.remove(series->labels);
      series.reset();
      --page->live;
      ++retired;
    }
    const bool full = &page != &pages_.back();  // The last page still gives out refs.
    if (page->live == 0 && full) page.reset();
  }
  return retired;
}

Timestamp Head::oldest() const {
  std::int64_t oldest = to_millis(kNever);
  for (const auto& page : pages_) {
    if (page == nullptr) continue;
    for (const auto& series : page->series) {
      if (series == nullptr) continue;
      if (!series->open.empty()) oldest = std::min(oldest, series->open.first_time());
      if (series->late != nullptr && !series->late->empty())
        oldest = std::min(oldest, series->late->first_time());
      for (const auto& run : series->sealed) oldest = std::min(oldest, run->first_time);
    }
  }
  return from_millis(oldest);
}

}  // namespace lapwing::tsdb
