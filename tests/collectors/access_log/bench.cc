// Lines of access logs a second of one core: from the file to the counts, for each format.
#include <fmt/core.h>

#include <ctime>
#include <fstream>
#include <string>

#include "collectors/access_log/request_counts.h"
#include "collectors/access_log/tail.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::collectors::access_log;

namespace {

double cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return double(time.tv_sec) + double(time.tv_nsec) / 1e9;
}

std::string line(const std::string& format, int i) {
  const char* const method = i % 7 == 0 ? "POST" : "GET";
  const int status = i % 50 == 0 ? 502 : i % 11 == 0 ? 304 : 200;
  const int millis = i * 37 % 900;
  if (format == "json")
    return fmt::format(
        R"x({{"time":"2026-11-29T10:00:{:02}Z","remote_addr":"192.0.2.{}","method":"{}",)x"
        R"x("uri":"/articles/{}?page=2","status":{},"bytes":{},"request_time":0.{:03},)x"
        R"x("host":"shop{}.example","agent":"Mozilla/5.0 (X11; Linux x86_64)"}})x",
        i % 60, i % 250, method, i % 10'000, status, i % 5000, millis, i % 5);
  const std::string combined = fmt::format(
      R"(192.0.2.{} - - [29/Nov/2026:10:00:{:02} +0000] "{} /articles/{}?page=2 HTTP/1.1" {} {} )"
      R"("https://shop.example/" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36")",
      i % 250, i % 60, method, i % 10'000, status, i % 5000);
  if (format == "combined") return combined;
  return fmt::format("{} 0.{:03}", combined, millis);
}

}  // namespace

int main() {
  constexpr int kLines = 1'000'000;
  for (const std::string name : {"combined", "combined_timed", "json"}) {
    const testing::TemporaryDirectory folder;
    const std::string path = folder.path() + "/access.log";
    Tail tail(path, {});
    (void)tail.look({}, [](std::string_view) {});  // It comes later: read from its beginning.
    {
      std::ofstream out(path);
      for (int i = 0; i < kLines; ++i) out << line(name, i) << '\n';
    }
    const auto format = LineFormat::create(name);
    RequestCounts counts(20);
    std::uint64_t parsed = 0;
    const double before = cpu_seconds();
    do {
      (void)tail.look({}, [&](std::string_view text) {
        AccessRecord record;
        if (!format->parse(text, record)) return;
        ++parsed;
        counts.add(record);
      });
    } while (tail.behind_bytes() > 0);
    const double seconds = cpu_seconds() - before;
    fmt::print("{}: {} of {} lines, {:.2f} million a second of one core\n", name, parsed, kLines,
               double(parsed) / seconds / 1e6);
    if (parsed != kLines) return 1;
  }
  return 0;
}
