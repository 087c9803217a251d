// Hours beside the minutes that they are made of: a day's, in a year's file, made when the day is
// over and compared where both are there.
#pragma once

#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/tsdb/chunk_file.h"

namespace lapwing::tsdb {

/// Stores the hours of a day of minutes, in place of what the file had of that day. `changed` is
/// set when there was something to do.
Result<void> write_hours(ChunkFile& hours, const ChunkFile& minutes, bool& changed,
                         const ChunkFile::Intern& intern);

/// A line for each series whose hours of that day say something else than its minutes. An hour of
/// more samples than the minutes have is right: they were lost. Nothing where the hours are of an
/// earlier state of the minutes: they will be made anew. What cannot be read is left out.
Result<std::vector<std::string>> differing_hours(const ChunkFile& hours, const ChunkFile& minutes);

}  // namespace lapwing::tsdb
