#include "agent/tsdb/run.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>
#include <utility>

namespace lapwing::tsdb {
namespace {

/// Writes samples over what is in columns that are large enough, from a place on.
class ColumnsWriter {
 public:
  ColumnsWriter(DenseDecoder& decoder, std::size_t kept, Columns& out)
      : decoder_(decoder), out_(out), used_(kept) {}
  ~ColumnsWriter() { resize(used_); }
  ColumnsWriter(const ColumnsWriter&) = delete;
  ColumnsWriter& operator=(const ColumnsWriter&) = delete;

  std::size_t size() const { return used_; }
  /// Room for so many more samples.
  void expect(std::size_t samples) { resize(used_ + samples); }
  /// Adds one run's samples within the range; false when its bytes are damaged. There must be room
  /// for the whole run.
  bool add(const RunView& run, TimeRange range);

 private:
  void resize(std::size_t size) {
    out_.times.resize(size);
    out_.values.resize(size);
  }
  bool read_values(const RunView& run, std::size_t skip, std::size_t count);

  DenseDecoder& decoder_;
  Columns& out_;
  std::size_t used_;
};

bool ColumnsWriter::read_values(const RunView& run, std::size_t skip, std::size_t count) {
  double* const to = out_.values.data() + used_;
  if (run.dense != nullptr) return decoder_.decode(*run.dense, run.count, skip, skip + count, to);
  if (!decode_values(run.values, std::span(to, run.count))) return false;
  if (skip > 0) std::copy_n(to + skip, count, to);
  return true;
}

bool ColumnsWriter::add(const RunView& run, TimeRange range) {
  std::vector<std::int64_t> decoded;
  std::span<const std::int64_t> times = run.times;
  if (times.empty()) {
    decoded.resize(run.count);
    if (!decode_times(run.own_times, decoded)) return false;
    times = decoded;
  }
  // Most runs are within the range as a whole, and two searches cost as much as many samples.
  const std::int64_t first = to_millis(range.from), last = to_millis(range.to);
  const auto from =
      first <= run.first_time ? times.begin() : std::lower_bound(times.begin(), times.end(), first);
  const auto to = last >= run.last_time ? times.end() : std::upper_bound(from, times.end(), last);
  if (from == to) return true;
  const auto count = std::size_t(to - from);
  if (!read_values(run, std::size_t(from - times.begin()), count)) return false;
  // A Timestamp is nothing but its milliseconds; converting one by one takes as long as decoding.
  static_assert(sizeof(Timestamp) == sizeof(std::int64_t));
  std::memcpy(static_cast<void*>(&out_.times[used_]), &*from, count * sizeof(std::int64_t));
  used_ += count;
  return true;
}

std::size_t add_all(std::span<const RunView* const> runs, TimeRange range, ColumnsWriter& writer) {
  std::size_t samples = 0, damaged = 0;
  for (const RunView* run : runs) samples += run->count;
  writer.expect(samples);
  for (const RunView* run : runs) damaged += writer.add(*run, range) ? 0 : 1;
  return damaged;
}

bool in_order(std::span<const RunView* const> runs) {
  for (std::size_t i = 1; i < runs.size(); ++i)
    if (runs[i]->first_time <= runs[i - 1]->last_time) return false;
  return true;
}

/// Appends `samples` sorted; of those with one time the last counts.
void merge(const Columns& samples, Columns& out) {
  std::vector<std::uint32_t> order(samples.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return samples.times[a] < samples.times[b];
  });
  for (const std::uint32_t at : order) {
    if (!out.times.empty() && out.times.back() == samples.times[at]) {
      out.values.back() = samples.values[at];
      continue;
    }
    out.times.push_back(samples.times[at]);
    out.values.push_back(samples.values[at]);
  }
}

}  // namespace

void OpenRun::append(std::int64_t time, double value, const std::shared_ptr<TimeColumn>& column,
                     std::uint32_t index) {
  if (run_.count == 0) {
    run_.column = column;
    run_.first = column == nullptr ? 0 : index;
    run_.first_time = time;
  } else if (run_.column != nullptr &&
             (run_.column != column || run_.first + run_.count != index)) {
    use_own_times();
  }
  if (run_.column == nullptr) times_.append(time, run_.own_times);
  values_.append(value, run_.values);
  run_.last_time = time;
  ++run_.count;
}

void OpenRun::use_own_times() {
  for (std::uint32_t i = 0; i < run_.count; ++i)
    times_.append(run_.column->times[run_.first + i], run_.own_times);
  run_.column = nullptr;
  run_.first = 0;
}

std::shared_ptr<const Run> OpenRun::snapshot() const {
  auto copy = std::make_shared<Run>(run_);
  values_.finish(copy->values);
  if (copy->column == nullptr) times_.finish(copy->own_times);
  return copy;
}

std::shared_ptr<const Run> OpenRun::seal() {
  values_.finish(run_.values);
  if (run_.column == nullptr) times_.finish(run_.own_times);
  run_.values.shrink_to_fit();
  run_.own_times.shrink_to_fit();
  auto sealed = std::make_shared<const Run>(std::move(run_));
  *this = OpenRun();
  return sealed;
}

std::vector<std::shared_ptr<const Run>> runs_of(const Columns& samples) {
  std::vector<std::shared_ptr<const Run>> runs;
  OpenRun run;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (run.count() == kRunSamples) runs.push_back(run.seal());
    run.append(to_millis(samples.times[i]), samples.values[i], nullptr, 0);
  }
  if (!run.empty()) runs.push_back(run.seal());
  return runs;
}

RunView view(const Run& run) {
  RunView view{.own_times = run.own_times,
               .values = run.values,
               .count = run.count,
               .first_time = run.first_time,
               .last_time = run.last_time};
  if (run.column != nullptr)
    view.times = std::span(run.column->times).subspan(run.first, run.count);
  return view;
}

bool find_sample(const RunView& run, std::int64_t time, double& value) {
  if (time < run.first_time || time > run.last_time) return false;
  Columns found;
  const Timestamp at = from_millis(time);
  if (!run.times.empty() && !std::binary_search(run.times.begin(), run.times.end(), time))
    return false;
  const std::array<const RunView*, 1> only = {&run};
  DenseDecoder decoder;
  ColumnsWriter writer(decoder, 0, found);
  if (add_all(only, {at, at}, writer) > 0 || writer.size() == 0) return false;
  value = found.values.front();
  return true;
}

Result<void> read_runs(std::span<const RunView> runs, TimeRange range, Columns& out) {
  DenseDecoder decoder;
  return read_runs(runs, range, decoder, out.size(), out);
}

Result<void> read_runs(std::span<const RunView> runs, TimeRange range, DenseDecoder& decoder,
                       std::size_t kept, Columns& out) {
  std::vector<const RunView*> order;
  order.reserve(runs.size());
  for (const RunView& run : runs)
    if (run.last_time >= to_millis(range.from) && run.first_time <= to_millis(range.to))
      order.push_back(&run);
  std::size_t damaged = 0;
  std::vector<const RunView*> sorted;
  if (!in_order(order)) {
    sorted = order;
    std::stable_sort(sorted.begin(), sorted.end(), [](const RunView* a, const RunView* b) {
      return a->first_time < b->first_time;
    });
  }
  const std::vector<const RunView*>& by_time = sorted.empty() ? order : sorted;
  if (sorted.empty() || in_order(sorted)) {
    ColumnsWriter writer(decoder, kept, out);
    damaged = add_all(by_time, range, writer);
  } else {
    Columns samples;
    {
      ColumnsWriter writer(decoder, 0, samples);
      damaged = add_all(order, range, writer);
    }
    out.times.resize(kept);
    out.values.resize(kept);
    merge(samples, out);
  }
  if (damaged > 0)
    return corrupt(std::to_string(damaged) + " of " + std::to_string(order.size()) +
                   " blocks of a series are damaged");
  return {};
}

}  // namespace lapwing::tsdb
