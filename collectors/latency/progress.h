// Progress: how far one direction of a TCP connection has come, and what of a segment is new.
// Source: RFC 9293 (sequence numbers wrap). Out of order one hole is remembered, the newest.
#pragma once

#include <cstdint>

namespace lapwing::collectors::latency {

struct Progress {
  std::uint32_t next = 0;
  std::uint32_t hole_begin = 0;
  std::uint32_t hole_end = 0;  ///< == hole_begin: no hole
  bool known = false;          ///< `next` means something
};

/// a - b in TCP's numbers, which wrap.
constexpr std::int32_t distance(std::uint32_t a, std::uint32_t b) { return std::int32_t(a - b); }

struct Arrival {
  enum class Kind {
    Nothing,  ///< all of it has been here before
    InOrder,
    AfterGap,  ///< new, but something before it is missing
    InHole,    ///< it is what was missing, or a part of it
  };
  Kind kind = Kind::Nothing;
  std::uint32_t old_bytes = 0;  ///< at the segment's beginning
};

/// Takes a segment with payload into account.
Arrival advance(Progress& progress, std::uint32_t sequence, std::uint32_t length);

}  // namespace lapwing::collectors::latency
