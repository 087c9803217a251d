// What the files of the coarse tiers hold, and minutes made of flushed runs. A period's buckets of
// a series are always whole: a later part of a chunk replaces what an earlier one says of a
// series, so that late samples never need merging when they are read. Left out: hours
// (hours_of_minutes.h).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "agent/base/result.h"
#include "agent/tsdb/bucket_chunk.h"
#include "agent/tsdb/chunk_file.h"
#include "agent/tsdb/head.h"

namespace lapwing::tsdb {

/// Stores what the runs (all of this file's day) come to. Where the file has buckets of a series
/// and period, they are made anew from `raw` (may be null) and the runs together; a bucket that
/// had more samples than raw has stays. Writes nothing where nothing changes: it may be repeated.
Result<void> write_minutes(ChunkFile& minutes, const ChunkFile* raw,
                           const std::vector<Sealed*>& series, Duration period,
                           const ChunkFile::Intern& intern);

/// A chunk and where its period begins.
struct StoredBuckets {
  Timestamp start;
  std::shared_ptr<const BucketChunk> chunk;
};

/// Adds the chunks of `group` whose period overlaps the range, oldest first, later parts behind
/// earlier ones. After Corrupt `out` has the rest.
Result<void> read_bucket_chunks(const ChunkFile& file, std::uint32_t group, TimeRange range,
                                std::vector<StoredBuckets>& out);

/// Appends a slot's buckets with ends in (after, to], the last part of each period counting;
/// columns that are not needed may stay shorter: pad() them. Corrupt as BucketChunk::read; `out`
/// has the rest.
Result<void> read_slot(const std::vector<StoredBuckets>& chunks, std::uint32_t slot,
                       Timestamp after, Timestamp to, MinuteNeed need,
                       BucketChunk::Scratch& scratch, Minutes& out);
/// The same with all columns.
Result<void> read_slot(const std::vector<StoredBuckets>& chunks, std::uint32_t slot,
                       Timestamp after, Timestamp to, Minutes& out);

}  // namespace lapwing::tsdb
