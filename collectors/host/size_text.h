// Sizes as bcache and bcachefs print them for people: "512", "1.5k", "20.4G/sec". The letters are
// powers of 1,024 (bch_hprint() of the kernel's drivers/md/bcache/util.c).
#pragma once

#include <optional>
#include <string_view>

namespace lapwing::collectors::host {

/// The number of bytes (or of whatever is counted), whole ones only; what stands behind a slash
/// and blanks around the text are left out. Negative sizes are possible: a rate that falls.
/// Nothing when the text is no size.
std::optional<double> parse_size(std::string_view text);

}  // namespace lapwing::collectors::host
