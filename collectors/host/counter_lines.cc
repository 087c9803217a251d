#include "collectors/host/counter_lines.h"

#include <utility>

#include "agent/base/scanner.h"

namespace lapwing::collectors::host {

Result<std::vector<CounterLine>> parse_counter_lines(std::string_view content) {
  std::vector<CounterLine> lines;
  Scanner scan(content);
  if (scan.at_end()) return invalid("the file is empty");
  while (!scan.at_end()) {
    Scanner line(scan.line());
    CounterLine one;
    one.name = line.word();
    for (line.skip_blanks(); !line.at_end() && !line.failed(); line.skip_blanks()) {
      const std::string_view word = line.word();
      if (word.find('.') != std::string_view::npos) {
        one.numbers.push_back(0);
        continue;
      }
      Scanner number(word);
      one.numbers.push_back(number.u64());
      if (auto done = number.done(); !done) return std::move(done).error();
    }
    if (auto done = line.done(); !done) return std::move(done).error();
    lines.push_back(std::move(one));
  }
  if (auto done = scan.done(); !done) return std::move(done).error();
  return lines;
}

}  // namespace lapwing::collectors::host
