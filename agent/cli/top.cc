#include "agent/cli/top.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <thread>

#include "agent/base/json_value.h"
#include "agent/base/log.h"
#include "agent/base/number.h"
#include "agent/cli/arguments.h"
#include "agent/cli/command.h"
#include "agent/cli/moment.h"
#include "agent/cli/table.h"
#include "agent/http/form.h"
#include "agent/metrics/registry.h"

namespace lapwing::cli {
namespace {

constexpr std::string_view kDefaultUrl = "http://127.0.0.1:5279";
constexpr Duration kLongestWait = 10s;
constexpr Duration kShortestWait = 1s;

constexpr std::array<Option, 4> kOptions = {{
    {"at", "TIME", "show what ran at this time instead of now"},
    {"url", "URL", "the agent's address (default http://127.0.0.1:5279)"},
    {"sort", "FIGURE", "cpu, memory, io or delay (default cpu)"},
    {"once", "", "print once; without it a terminal is refreshed until Ctrl-C"},
}};

constexpr Syntax kSyntax = {
    .command = "lapwing top",
    .operands = "",
    .summary = "Shows the processes that use most of this host, now or at a past time.",
    .options = kOptions,
    .details =
        R"(The agent records the first few processes by CPU, memory, I/O and delay every 10 s. TIME is
RFC 3339 (2026-02-11T03:12:00Z), seconds since 1970, or a duration back from now (-6h). DELAY is
the part of the interval that the process waited for a CPU or for the disk. Names alone are kept;
services.top.command_lines in the configuration keeps command lines too.

Examples:
  lapwing top
  lapwing top --at 2026-02-11T03:12:00Z
  lapwing top --at -6h --sort memory)",
};

struct Row {
  std::string pid, name, service, command_line;
  double cpu = 0, resident = 0, read = 0, written = 0, delay = 0;
};

double number_at(const JsonValue& value, std::string_view member) {
  const JsonValue* const found = value.find(member);
  return found == nullptr ? 0 : found->number;
}

std::string fixed(double value, int digits) {
  char text[48];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string percent(double share) { return fixed(share * 100, 1); }

/// "12.3M": binary multiples, as top and ps write them.
std::string bytes_text(double bytes) {
  constexpr std::array<const char*, 5> kUnits = {"", "K", "M", "G", "T"};
  std::size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < kUnits.size(); ++unit) bytes /= 1024;
  return fixed(bytes, unit == 0 ? 0 : 1) + kUnits[unit];
}

double figure(const Row& row, std::string_view sort) {
  if (sort == "memory") return row.resident;
  if (sort == "io") return row.read + row.written;
  if (sort == "delay") return row.delay;
  return row.cpu;
}

std::vector<Row> read_rows(const JsonValue& data, double interval) {
  std::vector<Row> rows;
  const JsonValue* const processes = data.find("processes");
  if (processes == nullptr) return rows;
  for (const JsonValue& process : processes->items) {
    Row row;
    row.pid = format_value(number_at(process, "pid"));
    row.name = process.string_at("name");
    row.service = process.string_at("service");
    row.command_line = process.string_at("commandLine");
    row.cpu = number_at(process, "cpuSeconds") / interval;
    row.resident = number_at(process, "residentBytes");
    row.read = number_at(process, "readBytes") / interval;
    row.written = number_at(process, "writtenBytes") / interval;
    row.delay =
        (number_at(process, "runDelaySeconds") + number_at(process, "ioDelaySeconds")) / interval;
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string screen(const JsonValue& data, const std::string& sort, const Terminal& terminal) {
  const double interval = std::max(number_at(data, "intervalSeconds"), 0.001);
  std::vector<Row> rows = read_rows(data, interval);
  std::stable_sort(rows.begin(), rows.end(),
                   [&](const Row& a, const Row& b) { return figure(a, sort) > figure(b, sort); });
  Table table({{"PID", Align::Right},
               {"CPU%", Align::Right},
               {"MEMORY", Align::Right},
               {"READ/s", Align::Right},
               {"WRITE/s", Align::Right},
               {"DELAY%", Align::Right},
               {"SERVICE"},
               {"PROCESS"}});
  for (const Row& row : rows)
    table.add({row.pid, percent(row.cpu), bytes_text(row.resident), bytes_text(row.read),
               bytes_text(row.written), percent(row.delay), row.service,
               row.command_line.empty() ? row.name : row.command_line});
  return styled(terminal, Style::Faint,
                printable(data.string_at("time")) + ", the " + format_value(interval) +
                    " s before it, by " + sort) +
         "\n" + table.text(terminal);
}

struct Request {
  std::string url;
  std::string path = "/api/v1/top";
  std::string sort;
  bool past = false;
};

Result<Request> read_request(const Arguments& arguments, Timestamp now) {
  Request request;
  request.url = arguments.get("url", kDefaultUrl);
  if (request.url.find("://") == std::string::npos) request.url.insert(0, "http://");
  while (request.url.ends_with('/')) request.url.pop_back();
  request.sort = arguments.get("sort", "cpu");
  constexpr std::array<std::string_view, 4> kSorts = {"cpu", "memory", "io", "delay"};
  if (std::find(kSorts.begin(), kSorts.end(), request.sort) == kSorts.end())
    return invalid("--sort " + request.sort + " is unknown; use cpu, memory, io or delay");
  request.past = arguments.has("at");
  if (!request.past) return request;
  const auto time = parse_moment("at", arguments.get("at"), now);
  if (!time) return time.error();
  request.path += "?" + http::encode_form({{"time", format_value(to_seconds(*time))}});
  return request;
}

/// The data of the answer; otherwise an error in words for a person.
Result<JsonValue> ask(const Request& request, const TopWorld& world) {
  http::ClientRequest call;
  call.method = "GET";
  call.url = request.url + request.path;
  call.timeout = 30s;
  const auto response = world.exchange(std::move(call));
  if (!response)
    return invalid("nothing answers at " + request.url + "; is lapwing running? (" +
                   response.error().message + ")");
  const auto answer = parse_json(response->body);
  const JsonValue* const data = answer ? answer->find("data") : nullptr;
  if (data != nullptr && answer->string_at("status") == "success") return *data;
  if (answer && !answer->string_at("error").empty())
    return invalid(std::string(answer->string_at("error")));
  return invalid(request.url + " answered HTTP " + std::to_string(response->status) +
                 " without top processes; is this a lapwing agent?");
}

}  // namespace

int run_top(std::span<const std::string> words, TopWorld& world) {
  const auto fail = [&](int code, const std::string& why) {
    world.err += "lapwing top: " + printable(why) + "\n";
    return code;
  };
  const auto arguments = parse_arguments(kSyntax, words);
  if (!arguments) return fail(kUsageError, arguments.error().message);
  if (arguments->help()) {
    world.show(help_text(kSyntax), 0ms);
    return kSuccess;
  }
  const auto request = read_request(*arguments, world.now);
  if (!request) return fail(kUsageError, request.error().message);
  const bool live = world.interactive && !request->past && !arguments->has("once");
  constexpr std::string_view kClearScreen = "\x1b[H\x1b[2J";
  while (true) {
    const auto data = ask(*request, world);
    if (!data) return fail(kFailure, data.error().message);
    const std::string text = screen(*data, request->sort, world.terminal);
    const Duration interval{std::int64_t(number_at(*data, "intervalSeconds") * 1000)};
    const Duration wait = live ? std::clamp(interval, kShortestWait, kLongestWait) : 0ms;
    if (!world.show(live ? std::string(kClearScreen) + text : text, wait) || !live) return kSuccess;
  }
}

int top_command(const std::vector<std::string>& words) {
  Log log(LogLevel::Error);
  metrics::Registry registry;
  std::unique_ptr<http::Client> client;  // made on first use: --help needs no network
  TopWorld world;
  world.exchange = [&](http::ClientRequest request) {
    if (!client) client = std::make_unique<http::Client>(log, registry);
    return client->exchange(std::move(request));
  };
  world.now = SystemClock().now();
  world.terminal = describe_standard_output();
  world.interactive = ::isatty(STDOUT_FILENO) == 1;
  world.show = [](const std::string& text, Duration wait) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (std::fflush(stdout) != 0) return false;
    std::this_thread::sleep_for(wait);
    return true;
  };
  const int code = run_top(words, world);
  std::fputs(world.err.c_str(), stderr);
  return code;
}

}  // namespace lapwing::cli
