// The first line is a format, the others are lines of it: whatever they are, labels stay bounded.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "collectors/access_log/positions.h"
#include "collectors/access_log/request_counts.h"

namespace access_log = lapwing::collectors::access_log;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void read(const access_log::LineFormat& format, std::string_view lines) {
  access_log::RequestCounts counts(3);
  std::uint64_t parsed = 0;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    access_log::AccessRecord record;
    if (format.parse(line, record)) {
      ++parsed;
      require(record.status >= 0 && record.status <= 999 && std::isfinite(record.seconds));
      require(record.method.size() <= line.size() && record.host.size() <= line.size());
      counts.add(record);
    }
    lines.remove_prefix(std::min(lines.size(), end + 1));
  }
  std::uint64_t counted = 0;
  for (const auto& cell : counts.cells()) {
    counted += cell.requests;
    require(counts.host(cell).size() <= access_log::RequestCounts::kHostLengthLimit);
  }
  require(counted == parsed && counts.cells().size() <= 5u * 11 * 6);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 64 * 1024) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view lines = text.substr(std::min(text.size(), end + 1));
  for (const std::string& name :
       {std::string("combined_timed"), std::string("json"), std::string(text.substr(0, end))})
    if (const auto format = access_log::LineFormat::create(name)) read(*format, lines);
  const access_log::Positions positions = access_log::parse_positions(text);
  require(access_log::parse_positions(access_log::write_positions(positions)).size() ==
          positions.size());
  return 0;
}
