#include "collectors/latency/protocol/route.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace lapwing::collectors::latency::http1 {
namespace {

constexpr std::string_view kMore = "/…";

// Bits of what a byte of a part is.
constexpr std::uint8_t kDigit = 1;
constexpr std::uint8_t kHex = 2;    // or a dash, as UUIDs have them
constexpr std::uint8_t kPlain = 4;  // of words that people choose

constexpr std::array<std::uint8_t, 256> kKinds = [] {
  std::array<std::uint8_t, 256> kinds{};
  for (int c = '0'; c <= '9'; ++c) kinds[std::size_t(c)] = kDigit | kHex | kPlain;
  for (int c = 'a'; c <= 'z'; ++c) {
    const std::uint8_t kind = c <= 'f' ? kHex | kPlain : kPlain;
    kinds[std::size_t(c)] = kinds[std::size_t(c - 32)] = kind;
  }
  kinds['-'] = kHex | kPlain;
  kinds['_'] = kinds['.'] = kPlain;
  return kinds;
}();

/// Names one thing among many: a number, a hash, a UUID, something long or not plain.
bool is_identifier(std::string_view part) {
  if (part.empty()) return false;
  if (part.size() > 32) return true;
  std::size_t digits = 0;
  std::uint8_t all = kHex | kPlain;
  for (const char c : part) {
    const std::uint8_t kind = kKinds[std::uint8_t(c)];
    digits += kind & kDigit;
    all &= kind;
  }
  return (all & kPlain) == 0 || digits == part.size() || digits > 4 ||
         (part.size() >= 8 && (all & kHex) != 0 && digits > 0);
}

/// Where the path ends.
std::size_t path_length(std::string_view target) {
  return std::size_t(std::find_if(target.begin(), target.end(),
                                  [](char c) { return c == '?' || c == '#' || c == ';'; }) -
                     target.begin());
}

}  // namespace

void Route::append(std::string_view text) {
  std::memcpy(bytes_.data() + size_, text.data(), text.size());
  size_ += text.size();
}

Route::Route(std::string_view target) {
  if (!target.starts_with('/'))
    if (const std::size_t scheme = target.find("://"); scheme < 6)
      target.remove_prefix(std::min(target.find('/', scheme + 3), target.size()));
  target = target.substr(0, path_length(target));
  if (target == "*") append(target);
  if (!target.starts_with('/')) return;
  for (std::size_t parts = 1; !target.empty(); ++parts) {
    const std::string_view part = target.substr(1, target.find('/', 1) - 1);
    if (parts > kParts || size_ + part.size() + 1 > kBytes) {
      append(kMore);
      return;
    }
    append("/");
    append(is_identifier(part) ? ":id" : part);
    target.remove_prefix(1 + part.size());
  }
}

}  // namespace lapwing::collectors::latency::http1
