// Patched frame-of-reference blocks: up to 128 numbers in as many bits each as suits most of them,
// the few larger ones patched in. Source of truth: FORMAT.md, "Blocks". The kernels use GCC's
// vector extensions on four lanes of 32 bits, which every x86-64 and aarch64 has.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace lapwing::tsdb {

class ByteReader;

inline constexpr std::size_t kBlockNumbers = 128;

/// Appends a block of 1 to kBlockNumbers numbers.
void pack_block(std::span<const std::uint64_t> numbers, std::string& out);

/// Reads a block of `count` numbers, 1 to kBlockNumbers; `out` has room for kBlockNumbers, of which
/// those that follow the block's mean nothing. False when the bytes are damaged; never reads past
/// them.
bool unpack_block(ByteReader& in, std::size_t count, std::uint64_t* out);

}  // namespace lapwing::tsdb
