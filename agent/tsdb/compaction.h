// Several chunks of one period and group become one: what an import larger than memory, or one into
// a day that was collected too, leaves behind. Left out: when (Store, at the end of a bulk).
#pragma once

#include <cstddef>

#include "agent/base/result.h"
#include "agent/tsdb/chunk_file.h"

namespace lapwing::tsdb {

/// Merges the parts of each period of a raw or minute file that has any, in one transaction, and
/// gives back the room. How many chunks fewer there are. A period with a chunk that cannot be read
/// stays as it is.
Result<std::size_t> compact(ChunkFile& file, const ChunkFile::Intern& intern);

}  // namespace lapwing::tsdb
