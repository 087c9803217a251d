#include "agent/tsdb/arrangement.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <deque>
#include <optional>

#include "agent/tsdb/bytes.h"
#include "agent/tsdb/dense_column.h"
#include "agent/tsdb/group.h"

namespace lapwing::tsdb {
namespace {

// Pairs are compared by so many of their differences, and only within so many active series, which
// bounds the time: a batch takes a few hundredths of a second once a day.
constexpr std::size_t kProbes = 128;
constexpr std::size_t kBatch = 512;
// What a reference must save, by the probes.
constexpr std::uint64_t kReferencePercent = 93;

/// What is compared of a series: its differences at evenly spread samples.
struct Sketch {
  std::uint32_t series = 0;  // index
  std::int64_t first_time = 0;
  std::size_t samples = 0;
  std::uint64_t bits = 0;  // that the probes take by themselves
  std::vector<std::int64_t> probes;
  bool refers = false;
};

std::uint64_t width(std::int64_t difference) {
  return std::uint64_t(std::bit_width(zigzag(difference)));
}

/// None for a series that did not change.
std::optional<Sketch> sketch(const Sealed& series, DenseColumn& column, Columns& columns) {
  std::vector<RunView> views;
  for (const auto& run : series.runs) views.push_back(view(*run));
  columns.clear();
  static_cast<void>(read_runs(views, {}, columns));  // Made in memory by us: never damaged.
  if (columns.size() == 0) return std::nullopt;
  column.prepare(columns.values, DenseColumn::Use::Differences);
  if (column.is_constant()) return std::nullopt;
  Sketch sketch;
  sketch.first_time = to_millis(columns.times.front());
  sketch.samples = columns.size();
  const auto differences = column.differences();
  const std::size_t step = std::max<std::size_t>(1, differences.size() / kProbes);
  for (std::size_t i = 1; i < differences.size(); i += step) {
    sketch.probes.push_back(differences[i]);
    sketch.bits += width(differences[i]);
  }
  return sketch;
}

/// What `probes` take as differences from those of `other` or their negatives, whichever is less;
/// or something that is at least `limit`.
std::uint64_t related_bits(const Sketch& one, const Sketch& other, std::uint64_t limit) {
  std::uint64_t with = 0, against = 0;
  for (std::size_t i = 0; i < one.probes.size() && std::min(with, against) < limit; ++i) {
    const auto a = std::uint64_t(one.probes[i]), b = std::uint64_t(other.probes[i]);
    with += width(std::int64_t(a - b));
    against += width(std::int64_t(a + b));
  }
  return std::min(with, against);
}

/// The index of the sketch that `batch[at]` follows best; `at` itself when there is none.
std::size_t followed(const std::vector<Sketch>& batch, std::size_t at) {
  const Sketch& one = batch[at];
  std::uint64_t least = one.bits * kReferencePercent / 100;
  std::size_t best = at;
  for (std::size_t i = 0; i < at; ++i) {
    const Sketch& other = batch[i];
    if (other.refers || other.samples != one.samples || other.first_time != one.first_time)
      continue;
    const std::uint64_t bits = related_bits(one, other, least);
    if (bits >= least) continue;
    least = bits;
    best = i;
  }
  return best;
}

using Cluster = std::vector<std::uint32_t>;

/// Appends the batch's clusters: a series and those that follow it.
void cluster(std::vector<Sketch>& batch, std::vector<Cluster>& clusters) {
  std::vector<std::size_t> cluster_of(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const std::size_t root = followed(batch, i);
    if (root == i) {
      cluster_of[i] = clusters.size();
      clusters.push_back({batch[i].series});
    } else {
      batch[i].refers = true;
      clusters[cluster_of[root]].push_back(batch[i].series);
    }
  }
  batch.clear();
}

/// The order in which numbers are given. A cluster that would reach over a group's end waits for
/// the next group while single series fill the rest.
std::vector<std::uint32_t> pack(const std::vector<Cluster>& clusters, std::uint32_t first_number) {
  std::vector<std::uint32_t> order;
  std::deque<std::uint32_t> singles;
  for (const Cluster& one : clusters)
    if (one.size() == 1) singles.push_back(one[0]);
  const auto room = [&] { return kGroupSeries - (first_number + order.size()) % kGroupSeries; };
  for (const Cluster& one : clusters) {
    if (one.size() == 1) continue;
    if (one.size() <= kGroupSeries)
      for (; room() < one.size() && !singles.empty(); singles.pop_front())
        order.push_back(singles.front());
    order.insert(order.end(), one.begin(), one.end());
  }
  order.insert(order.end(), singles.begin(), singles.end());
  return order;
}

}  // namespace

std::vector<std::uint32_t> arrange(std::span<const Sealed* const> series,
                                   std::uint32_t first_number) {
  std::vector<Cluster> clusters;
  Cluster constant;
  std::vector<Sketch> batch;
  DenseColumn column;
  Columns columns;
  for (std::uint32_t i = 0; i < series.size(); ++i) {
    auto made = sketch(*series[i], column, columns);
    if (!made) {
      constant.push_back(i);
      continue;
    }
    made->series = i;
    batch.push_back(std::move(*made));
    if (batch.size() == kBatch) cluster(batch, clusters);
  }
  cluster(batch, clusters);
  std::vector<std::uint32_t> order = pack(clusters, first_number);
  order.insert(order.end(), constant.begin(), constant.end());
  std::vector<std::uint32_t> numbers(series.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) numbers[order[i]] = first_number + i;
  return numbers;
}

}  // namespace lapwing::tsdb
