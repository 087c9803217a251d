#include "agent/tsdb/bucket_file.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

#include "agent/tsdb/flush_order.h"
#include "agent/tsdb/raw_file.h"

namespace lapwing::tsdb {
namespace {

/// A series of a flush: what came in one period.
struct Fresh {
  const Sealed* series = nullptr;
  std::uint32_t number = 0;
  std::vector<std::shared_ptr<const Run>> runs;
};

/// Series that the file does not have are added in the order of their labels: what is read
/// together shares chunks.
Result<std::vector<std::uint32_t>> place(ChunkFile::Writer& writer,
                                         const std::vector<Sealed*>& series) {
  std::vector<std::uint32_t> order(series.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return series[a]->labels < series[b]->labels;
  });
  std::vector<FileSeries> added;
  for (const std::uint32_t i : order)
    if (!writer.find(series[i]->labels)) added.push_back({series[i]->labels, series[i]->kind});
  if (auto done = writer.add(added); !done) return std::move(done).error();
  std::vector<std::uint32_t> numbers;
  for (const Sealed* const one : series) numbers.push_back(*writer.find(one->labels));
  return numbers;
}

/// Whether all that came is newer than what is there. So it is where memory made a flush end within
/// a period: the stored samples of each series need not be read again then.
bool follows(const Fresh& fresh, const Minutes& kept) {
  return kept.size() > 0 && std::all_of(fresh.runs.begin(), fresh.runs.end(), [&](const auto& run) {
           return from_millis(run->first_time) > kept.last_times.back();
         });
}

/// Both lists, one behind the other; the minute that they share is what its two parts come to.
Minutes joined(Minutes kept, const Minutes& next) {
  append(next, kBeginningOfTime, kNever, kept);
  Minutes out;
  widen(kept, 1min, out);
  return out;
}

/// Writes the chunk of one period and group.
class MinuteChunk {
 public:
  MinuteChunk(const ChunkFile& minutes, const ChunkFile* raw, const ChunkFile::Intern& intern,
              Timestamp start, std::uint32_t group, Duration period)
      : minutes_(minutes),
        raw_(raw),
        intern_(intern),
        start_(start),
        group_(group),
        period_(period) {}

  /// What the file has already; call it where the period is not new.
  Result<void> read_stored() {
    const TimeRange within{start_ + 1ms, start_ + 1ms};
    return read_bucket_chunks(minutes_, group_, within, stored_);
  }

  /// The bytes; empty when nothing is to be written.
  Result<std::string> encode(const std::vector<Fresh>& fresh, Compressor& compressor) {
    std::vector<SlotBuckets> slots;
    for (const Fresh& one : fresh) {
      const std::uint32_t slot = slot_of(one.number);
      const Keeps keeps = kept_columns(one.series->kind, one.series->labels.metric_name());
      Minutes kept;
      // Damaged: made anew from what raw has.
      static_cast<void>(read_slot(stored_, slot, kBeginningOfTime, kNever, kept));
      const bool next = follows(one, kept);
      auto made = make(one, kept.size() > 0 && !next);
      if (!made) return made.error();
      Minutes buckets = *std::move(made);
      if (kept.size() > 0) {
        buckets = next ? joined(kept, buckets) : fuller(kept, buckets);
        if (same(kept, buckets, keeps)) continue;
      }
      if (buckets.size() > 0) slots.push_back({slot, keeps, std::move(buckets)});
    }
    if (slots.empty()) return std::string();
    return encode_buckets(slots, 1min, compressor);
  }

 private:
  Result<Minutes> make(const Fresh& one, bool late) {
    ChunkReader reader;
    GroupChunks stored;
    std::vector<RunView> views;
    if (late && raw_ != nullptr) {
      const auto index = raw_->index(intern_);
      if (!index) return index.error();
      if (const auto* found = (*index)->index.find(one.series->labels)) {
        const std::uint32_t slot = slot_of(found->second);
        // What is damaged counts as not there: the fuller bucket stays.
        static_cast<void>(read_raw(*raw_, group_of(found->second), only_slot(slot),
                                   {start_ + 1ms, start_ + period_}, reader, stored));
        add_runs(stored, slot, views);
      }
    }
    for (const auto& run : one.runs) views.push_back(view(*run));
    Columns samples;
    static_cast<void>(read_runs(views, {start_, start_ + period_}, samples));
    Minutes buckets;
    // The first moment of 1970 belongs to the minute before, which no file has.
    aggregate(samples, 1min, buckets);
    Minutes within;
    append(buckets, start_, start_ + period_, within);
    return within;
  }

  const ChunkFile& minutes_;
  const ChunkFile* const raw_;
  const ChunkFile::Intern& intern_;
  const Timestamp start_;
  const std::uint32_t group_;
  const Duration period_;
  std::vector<StoredBuckets> stored_;
};

}  // namespace

Result<void> write_minutes(ChunkFile& minutes, const ChunkFile* raw,
                           const std::vector<Sealed*>& series, Duration period,
                           const ChunkFile::Intern& intern) {
  const auto starts = minutes.starts();
  if (!starts) return starts.error();
  auto writer = ChunkFile::Writer::begin(minutes, intern);
  if (!writer) return std::move(writer).error();
  const auto numbers = place(*writer, series);
  if (!numbers) return numbers.error();
  Compressor compressor;
  bool changed = false;
  std::vector<Fresh> fresh;
  const auto write = [&](Timestamp start, std::uint32_t group,
                         std::span<const PlacedRun> runs) -> Result<void> {
    fresh.clear();
    for (const PlacedRun& one : runs) {
      if (fresh.empty() || fresh.back().number != one.number)
        fresh.push_back({series[one.series], one.number, {}});
      fresh.back().runs.push_back(series[one.series]->runs[one.run]);
    }
    MinuteChunk chunk(minutes, raw, intern, start, group, period);
    if (std::binary_search(starts->begin(), starts->end(), start))
      if (auto read = chunk.read_stored(); !read && read.error().kind == ErrorKind::Unavailable)
        return read;
    const auto bytes = chunk.encode(fresh, compressor);
    if (!bytes) return bytes.error();
    if (bytes->empty()) return {};
    changed = true;
    return writer->add(start, group, *bytes);
  };
  if (auto done = each_chunk(in_file_order(series, *numbers, period), period, write); !done)
    return done;
  return changed ? writer->commit({}, period) : Result<void>();
}

Result<void> read_bucket_chunks(const ChunkFile& file, std::uint32_t group, TimeRange range,
                                std::vector<StoredBuckets>& out) {
  Result<void> outcome;
  auto read = file.read(group, range, [&](Timestamp start, std::string_view bytes) -> Result<void> {
    auto chunk = BucketChunk::open(bytes);
    if (chunk) {
      out.push_back({start, *std::move(chunk)});
    } else {
      file.suspect_chunk(start, group, chunk.error());
      outcome = std::move(chunk).in(file.path()).error();
    }
    return {};
  });
  return read ? outcome : read;
}

Result<void> read_slot(const std::vector<StoredBuckets>& chunks, std::uint32_t slot,
                       Timestamp after, Timestamp to, Minutes& out) {
  BucketChunk::Scratch scratch;
  return read_slot(chunks, slot, after, to, MinuteNeed::Sums, scratch, out);
}

Result<void> read_slot(const std::vector<StoredBuckets>& chunks, std::uint32_t slot,
                       Timestamp after, Timestamp to, MinuteNeed need,
                       BucketChunk::Scratch& scratch, Minutes& out) {
  Result<void> outcome;
  for (std::size_t i = 0; i < chunks.size();) {
    const BucketChunk* last = nullptr;
    const Timestamp start = chunks[i].start;
    for (; i < chunks.size() && chunks[i].start == start; ++i)
      if (chunks[i].chunk->has(slot)) last = chunks[i].chunk.get();
    if (last == nullptr) continue;
    // Periods overlap where their length was changed in the middle of a day.
    const Timestamp from = out.size() == 0 ? after : std::max(after, out.ends.back());
    if (auto read = last->append(slot, from, to, need, scratch, out); !read) outcome = read;
  }
  return outcome;
}

}  // namespace lapwing::tsdb
