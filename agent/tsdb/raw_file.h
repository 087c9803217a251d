// What the raw tier's files hold: chunks of the runs of a group of series (group.h).
#pragma once

#include <cstdint>
#include <vector>

#include "agent/base/result.h"
#include "agent/tsdb/chunk_file.h"
#include "agent/tsdb/chunk_reader.h"
#include "agent/tsdb/group.h"
#include "agent/tsdb/head.h"

namespace lapwing::tsdb {

/// Stores the runs, all of this file's day, in one transaction, with the mark. No run may reach
/// over a period. `anew`: ChunkFile::begun_anew().
Result<void> write_raw(ChunkFile& file, const std::vector<Sealed*>& series, Duration period,
                       const FlushMark& mark, bool anew, const ChunkFile::Intern& intern);

/// Adds the chunks of `group` whose period overlaps the range, with what they hold of the wanted
/// slots. After Corrupt `out` has the rest.
Result<void> read_raw(const ChunkFile& file, std::uint32_t group, const Slots& wanted,
                      TimeRange range, ChunkReader& reader, GroupChunks& out);

}  // namespace lapwing::tsdb
