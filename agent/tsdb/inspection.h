// Inspection: what the files of a store hold and cost, and whether they are sound. For people and
// commands on a folder that no agent runs on: the caller holds the Folder. Changes nothing but
// what opening a file ends (a commit that a crash left half done).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/model/labels.h"
#include "agent/tsdb/chunk_file.h"
#include "agent/tsdb/folder.h"
#include "agent/tsdb/tier.h"

namespace lapwing::tsdb {

/// How far reading goes: to each chunk's directory, or through every value.
enum class Depth { Directory, Everything };

struct SeriesContent {
  Labels labels;
  std::uint64_t entries = 0;  ///< samples; in the coarse tiers buckets
  double bytes = 0;           ///< its part of the chunks that it is in, about
};

struct FileContent {
  Tier tier = Tier::Raw;
  std::string path;
  std::uint64_t bytes = 0;
  std::uint64_t chunks = 0;
  std::uint64_t chunk_bytes = 0;  ///< the rest of `bytes`: labels and SQLite's own
  std::uint64_t entries = 0;
  Timestamp from;  ///< of the periods that have chunks; equal to `to` when there are none
  Timestamp to;
  std::vector<SeriesContent> series;
  std::vector<std::string> damage;  ///< what cannot be read, and where
};

/// Reads a file of any tier. What is damaged stands in the result; Unavailable when the file
/// cannot be opened at all for another reason.
Result<FileContent> read_content(const ChunkFile& file, Depth depth);

struct JournalContent {
  std::string path;
  std::uint64_t bytes = 0;
  std::uint64_t samples = 0;     ///< also those that day files have already
  std::uint64_t torn_bytes = 0;  ///< at the end: a crash left them; no damage
  std::vector<std::string> damage;
};

/// The journal's segments, oldest first. Unavailable when the folder cannot be read.
Result<std::vector<JournalContent>> read_journal(const Folder& folder);

/// The files of all tiers, raw first, oldest first. Unavailable when a folder cannot be read.
Result<std::vector<std::shared_ptr<ChunkFile>>> chunk_files(const Folder& folder);

/// Paths of what was set aside in the folder, sorted.
std::vector<std::string> set_aside_files(const Folder& folder);

}  // namespace lapwing::tsdb
