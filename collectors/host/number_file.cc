#include "collectors/host/number_file.h"

#include <utility>

#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
Result<std::int64_t> parse_number(std::string_view content) {
  Scanner scan(content);
  const std::int64_t number = scan.i64();
  scan.skip_blanks();
  scan.accept("\n");
  if (!scan.at_end()) scan.fail("expected one number and nothing else");
  if (auto done = scan.done(); !done) return std::move(done).error();
  return number;
}

Result<std::int64_t> read_number(ProcFile& file) {
  const auto content = file.read();
  if (!content) return content.error();
  return parse_number(*content).in(file.path());
}

}  // namespace lapwing::collectors::host
