// Passes over a column of values that look at several at once (GCC's vector extensions, which need
// no flags for the processor).
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace lapwing::promql {

using ValuePair = double __attribute__((vector_size(16)));
using MaskPair = long long __attribute__((vector_size(16)));

inline ValuePair load_pair(const double* from) {
  ValuePair pair;
  std::memcpy(&pair, from, sizeof(pair));
  return pair;
}

inline bool any_of_pair(MaskPair mask) { return (mask[0] | mask[1]) != 0; }

/// Whether any value is NaN (stale markers are NaN).
inline bool has_nan(std::span<const double> values) {
  MaskPair found{};
  std::size_t i = 0;
  for (; i + 8 <= values.size(); i += 8) {
    const double* at = values.data() + i;
    const ValuePair a = load_pair(at);
    const ValuePair b = load_pair(at + 2);
    const ValuePair c = load_pair(at + 4);
    const ValuePair d = load_pair(at + 6);
    found |= (a != a) | (b != b) | (c != c) | (d != d);
  }
  bool any = any_of_pair(found);
  for (; i < values.size(); ++i) any = any || values[i] != values[i];
  return any;
}

/// Replaces `falls` with the indexes i where values[i] < values[i - 1].
inline void find_falls(std::span<const double> values, std::vector<std::uint32_t>& falls) {
  falls.clear();
  std::size_t i = 1;
  const auto scan = [&](std::size_t end) {
    for (; i < end; ++i)
      if (values[i] < values[i - 1]) falls.push_back(std::uint32_t(i));
  };
  while (i + 8 <= values.size()) {
    const double* at = values.data() + i;
    const MaskPair fell =
        (load_pair(at) < load_pair(at - 1)) | (load_pair(at + 2) < load_pair(at + 1)) |
        (load_pair(at + 4) < load_pair(at + 3)) | (load_pair(at + 6) < load_pair(at + 5));
    if (any_of_pair(fell))
      scan(i + 8);
    else
      i += 8;
  }
  scan(values.size());
}

}  // namespace lapwing::promql
