#include "agent/tsdb/group.h"

namespace lapwing::tsdb {

void GroupChunk::add_runs(std::uint32_t slot, std::vector<RunView>& out) const {
  for (std::uint16_t at = first_[slot]; at != kNoPart; at = parts_[at].next)
    out.push_back(view(parts_[at]));
}

RunView view(const GroupChunk::Part& part) {
  return {.times = GroupChunk::times(part),
          .count = part.count,
          .first_time = part.times[0],
          .last_time = part.times[part.count - 1],
          .dense = &part.values};
}

void add_runs(const GroupChunks& chunks, std::uint32_t slot, std::vector<RunView>& out) {
  for (const auto& chunk : chunks) chunk->add_runs(slot, out);
}

}  // namespace lapwing::tsdb
