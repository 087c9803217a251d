#include "agent/promql/label_hash.h"

#include <array>
#include <bit>
#include <cstring>
#include <string>

namespace lapwing::promql {
namespace {

constexpr std::uint64_t kPrime1 = 0x9E3779B185EBCA87;
constexpr std::uint64_t kPrime2 = 0xC2B2AE3D27D4EB4F;
constexpr std::uint64_t kPrime3 = 0x165667B19E3779F9;
constexpr std::uint64_t kPrime4 = 0x85EBCA77C2B2AE63;
constexpr std::uint64_t kPrime5 = 0x27D4EB2F165667C5;

/// Little-endian, as the hash is defined.
template <typename T>
T take(std::string_view& bytes) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value |= T(static_cast<unsigned char>(bytes[i])) << (8 * i);
  bytes.remove_prefix(sizeof(T));
  return value;
}

std::uint64_t round_of(std::uint64_t lane, std::uint64_t input) {
  return std::rotl(lane + input * kPrime2, 31) * kPrime1;
}

void append_part(std::string& out, std::string_view part) {
  // One byte of length, or 255 and three bytes for longer parts.
  const std::size_t size = part.size();
  if (size < 255)
    out += char(size);
  else
    out += {char(255), char(size), char(size >> 8), char(size >> 16)};
  out += part;
}

}  // namespace

std::uint64_t xxhash64(std::string_view bytes) {
  const std::uint64_t length = bytes.size();
  std::uint64_t hash = kPrime5;
  if (length >= 32) {
    std::array<std::uint64_t, 4> lanes = {kPrime1 + kPrime2, kPrime2, 0,
                                          std::uint64_t(0) - kPrime1};
    while (bytes.size() >= 32)
      for (std::uint64_t& lane : lanes) lane = round_of(lane, take<std::uint64_t>(bytes));
    hash = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) +
           std::rotl(lanes[3], 18);
    for (const std::uint64_t lane : lanes) hash = (hash ^ round_of(0, lane)) * kPrime1 + kPrime4;
  }
  hash += length;
  while (bytes.size() >= 8)
    hash = std::rotl(hash ^ round_of(0, take<std::uint64_t>(bytes)), 27) * kPrime1 + kPrime4;
  if (bytes.size() >= 4)
    hash = std::rotl(hash ^ (take<std::uint32_t>(bytes) * kPrime1), 23) * kPrime2 + kPrime3;
  while (!bytes.empty())
    hash = std::rotl(hash ^ (take<std::uint8_t>(bytes) * kPrime5), 11) * kPrime1;
  hash = (hash ^ (hash >> 33)) * kPrime2;
  hash = (hash ^ (hash >> 29)) * kPrime3;
  return hash ^ (hash >> 32);
}

std::uint64_t stable_hash(const Labels& labels) {
  std::string bytes;
  for (const Label label : labels) {
    append_part(bytes, label.name);
    append_part(bytes, label.value);
  }
  return xxhash64(bytes);
}

}  // namespace lapwing::promql
