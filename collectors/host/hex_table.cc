#include "collectors/host/hex_table.h"

#include <charconv>
#include <string>
#include <utility>

#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
Result<std::vector<HexRow>> parse_hex_rows(std::string_view content) {
  std::vector<HexRow> rows;
  Scanner scan(content);
  while (!scan.at_end()) {
    Scanner line(scan.line());
    HexRow row;
    for (line.skip_blanks(); !line.at_end(); line.skip_blanks()) {
      const std::string_view word = line.word();
      std::uint64_t value = 0;
      const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value, 16);
      if (error != std::errc() || end != word.data() + word.size())
        return invalid("not a hexadecimal number: \"" + std::string(word.substr(0, 40)) + "\"");
      row.push_back(value);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace lapwing::collectors::host
