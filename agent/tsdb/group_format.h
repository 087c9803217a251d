// Limits that the writing and the reading half of a chunk share: what damaged bytes may make a
// reader allocate, and what a writer keeps to. Source of truth: FORMAT.md, "Chunk".
#pragma once

#include <cstddef>
#include <cstdint>

namespace lapwing::tsdb {

inline constexpr std::uint8_t kChunkVersion = 4;
inline constexpr std::size_t kChunkBytes = 64u << 20;   ///< decompressed
inline constexpr std::uint32_t kPartSamples = 65'536;   ///< of one series in a row
inline constexpr std::size_t kChunkSamples = 2u << 20;  ///< of all of its series
inline constexpr std::size_t kChunkParts = 4096;
/// Columns of sizes stand together by class, so that like ones share a code.
inline constexpr std::size_t kSizeClasses = 8;

}  // namespace lapwing::tsdb
