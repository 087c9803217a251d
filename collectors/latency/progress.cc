#include "collectors/latency/progress.h"

namespace lapwing::collectors::latency {
namespace {

/// Whether the range overlaps the hole, which then shrinks: from one of its ends, or to nothing.
bool fill_hole(Progress& progress, std::uint32_t begin, std::uint32_t end) {
  if (progress.hole_begin == progress.hole_end || distance(end, progress.hole_begin) <= 0 ||
      distance(begin, progress.hole_end) >= 0)
    return false;
  if (distance(begin, progress.hole_begin) <= 0)
    progress.hole_begin = distance(end, progress.hole_end) < 0 ? end : progress.hole_end;
  else
    progress.hole_end = begin;
  return true;
}

}  // namespace

Arrival advance(Progress& progress, std::uint32_t sequence, std::uint32_t length) {
  const std::uint32_t end = sequence + length;
  if (!progress.known) {
    progress = {.next = end, .known = true};
    return {Arrival::Kind::InOrder, 0};
  }
  const std::int32_t ahead = distance(sequence, progress.next);
  if (ahead > 0) {
    progress.hole_begin = progress.next;
    progress.hole_end = sequence;
    progress.next = end;
    return {Arrival::Kind::AfterGap, 0};
  }
  const bool filled = fill_hole(progress, sequence, end);
  if (distance(end, progress.next) <= 0)
    return {filled ? Arrival::Kind::InHole : Arrival::Kind::Nothing, 0};
  progress.next = end;
  return {filled ? Arrival::Kind::InHole : Arrival::Kind::InOrder, std::uint32_t(-ahead)};
}

}  // namespace lapwing::collectors::latency
