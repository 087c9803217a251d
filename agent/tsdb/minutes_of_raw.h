// Minutes beside the samples that they were made of: what a raw file's day comes to, made anew
// where its minutes were lost, and compared where both are there. Left out: minutes of what is
// flushed (bucket_file.h), which are made before there are chunks.
#pragma once

#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/tsdb/chunk_file.h"

namespace lapwing::tsdb {

/// Starts of periods of `raw` that `minutes` lacks, rising.
Result<std::vector<Timestamp>> periods_without_minutes(const ChunkFile& raw,
                                                       const ChunkFile& minutes);

/// Stores what one period of `raw` comes to, as if it were flushed now. Damaged chunks are left
/// out.
Result<void> remake_minutes(ChunkFile& minutes, const ChunkFile& raw, Timestamp start,
                            const ChunkFile::Intern& intern);

/// A line for each series and period whose minutes say something else than its samples. A minute of
/// more samples than are there is right: they were lost. Chunks that cannot be read are left out,
/// and so are periods that have no minutes at all.
Result<std::vector<std::string>> differing_minutes(const ChunkFile& raw, const ChunkFile& minutes);

}  // namespace lapwing::tsdb
