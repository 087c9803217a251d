#include "agent/cli/store.h"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <functional>

#include "agent/base/time.h"
#include "agent/cli/arguments.h"
#include "agent/cli/command.h"
#include "agent/cli/progress.h"
#include "agent/cli/store_report.h"
#include "agent/cli/terminal.h"
#include "agent/tsdb/hours_of_minutes.h"
#include "agent/tsdb/inspection.h"
#include "agent/tsdb/minutes_of_raw.h"

namespace lapwing::cli {
namespace {

constexpr std::array<Option, 2> kInspectOptions = {{
    {"top", "N", "how many files a tier, metrics and labels to list (default: 10)"},
    {"format", "table|json", "default: table"},
}};

constexpr Syntax kInspect = {
    .command = "lapwing store inspect",
    .operands = "DIR",
    .summary = "Shows what a data folder's series cost, by tier, file, metric and label.",
    .options = kInspectOptions,
    .least_operands = 1,
    .most_operands = 1,
    .details =
        "DIR is the data folder of `lapwing run`, or the store in it. An agent must not run on "
        "it.\n"
        "Entries are samples in the raw tier, whole minutes and hours in the others; CHUNKS is "
        "what\n"
        "they take, REST is labels and SQLite's own. A series' part of a chunk is an estimate.\n\n"
        "  lapwing store inspect /var/lib/lapwing --top 20\n",
};

constexpr Syntax kVerify = {
    .command = "lapwing store verify",
    .operands = "DIR",
    .summary =
        "Reads everything in a data folder's store and checks it, and the tiers beside each other.",
    .options = {},
    .least_operands = 1,
    .most_operands = 1,
    .details =
        "DIR is the data folder of `lapwing run`, or the store in it. An agent must not run on "
        "it.\n"
        "Nothing is repaired: an agent that opens the folder sets aside what is damaged. What a\n"
        "crash leaves at the end of the journal is no damage.\n\n"
        "Exit code 0: sound, 1: damaged (each place is a line) or not readable, 2: called "
        "wrongly.\n\n"
        "  lapwing store verify /var/lib/lapwing\n",
};

void print_error(const std::string& text) { std::fputs(text.c_str(), stderr); }

/// The store of a data folder, or the folder itself when it is one.
Result<tsdb::Folder> open_folder(const std::string& given) {
  std::string path = given;
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  std::error_code ignored;
  if (!std::filesystem::exists(path + "/FORMAT", ignored)) path += "/store";
  return tsdb::Folder::open_existing(path);
}

/// Reads every file, telling how far it is.
Result<void> read_files(const tsdb::Folder& folder, tsdb::Depth depth,
                        const std::function<void(const tsdb::FileContent&)>& visit) {
  const auto files = tsdb::chunk_files(folder);
  if (!files) return files.error();
  const SystemClock clock;
  Progress progress(describe_standard_error());
  double whole = 1, done = 0;
  for (const auto& file : *files) whole += double(file->bytes());
  for (const auto& file : *files) {
    print_error(progress.show(clock.monotonic(), done / whole, file->path()));
    const auto content = tsdb::read_content(*file, depth);
    if (!content) {
      print_error(progress.clear());
      return content.error();
    }
    done += double(content->bytes);
    visit(*content);
  }
  print_error(progress.clear());
  return {};
}

int failed(const Syntax& syntax, const Error& error) {
  print_error(fmt::format("{}: {}\n", syntax.command, error.message));
  return kFailure;
}

int inspect(const Arguments& arguments) {
  std::size_t top = 10;
  const std::string number = arguments.get("top", "10"), format = arguments.get("format", "table");
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), top);
  if (error != std::errc() || end != number.data() + number.size() || top == 0) {
    print_error("lapwing store inspect: --top takes a number from 1 on, not \"" + number + "\"\n");
    return kUsageError;
  }
  if (format != "table" && format != "json") {
    print_error("lapwing store inspect: --format takes table or json, not \"" + format + "\"\n");
    return kUsageError;
  }
  const auto folder = open_folder(arguments.operands()[0]);
  if (!folder) return failed(kInspect, folder.error());
  StoreReport report(folder->path());
  const auto read = read_files(*folder, tsdb::Depth::Directory,
                               [&](const tsdb::FileContent& file) { report.add(file); });
  if (!read) return failed(kInspect, read.error());
  const auto journal = tsdb::read_journal(*folder);
  if (!journal) return failed(kInspect, journal.error());
  for (const tsdb::JournalContent& segment : *journal) report.add(segment);
  for (std::string& path : tsdb::set_aside_files(*folder)) report.add_set_aside(std::move(path));
  std::fputs(
      (format == "json" ? report.json(top) : report.text(describe_standard_output(), top)).c_str(),
      stdout);
  return kSuccess;
}

/// What the tiers say of one another, where both are there.
Result<void> compare_tiers(const tsdb::Folder& folder, std::vector<std::string>& damage,
                           std::size_t& lacking) {
  const auto files = tsdb::chunk_files(folder);
  if (!files) return files.error();
  // A file that cannot be read has a line already.
  const auto take = [&](const Result<std::vector<std::string>>& lines) -> Result<void> {
    if (!lines && lines.error().kind == ErrorKind::Unavailable) return lines.error();
    if (lines) damage.insert(damage.end(), lines->begin(), lines->end());
    return {};
  };
  for (const auto& minutes : *files) {
    if (minutes->tier() != tsdb::Tier::Minutes) continue;
    const Timestamp day = minutes->span().start;
    for (const auto& other : *files) {
      if (other->tier() == tsdb::Tier::Raw && other->span().start == day) {
        if (const auto periods = tsdb::periods_without_minutes(*other, *minutes))
          lacking += periods->size();
        if (auto taken = take(tsdb::differing_minutes(*other, *minutes)); !taken) return taken;
      }
      const tsdb::FileSpan span = other->span();
      if (other->tier() == tsdb::Tier::Hours && span.start <= day && day < span.end)
        if (auto taken = take(tsdb::differing_hours(*other, *minutes)); !taken) return taken;
    }
  }
  return {};
}

int verify(const Arguments& arguments) {
  const auto folder = open_folder(arguments.operands()[0]);
  if (!folder) return failed(kVerify, folder.error());
  std::vector<std::string> damage;
  std::uint64_t files = 0, chunks = 0, samples = 0, bytes = 0;
  const auto read =
      read_files(*folder, tsdb::Depth::Everything, [&](const tsdb::FileContent& file) {
        ++files;
        chunks += file.chunks;
        bytes += file.bytes;
        if (file.tier == tsdb::Tier::Raw) samples += file.entries;
        damage.insert(damage.end(), file.damage.begin(), file.damage.end());
      });
  if (!read) return failed(kVerify, read.error());
  std::size_t lacking = 0;
  if (const auto compared = compare_tiers(*folder, damage, lacking); !compared)
    return failed(kVerify, compared.error());
  const auto journal = tsdb::read_journal(*folder);
  if (!journal) return failed(kVerify, journal.error());
  for (const tsdb::JournalContent& segment : *journal) {
    damage.insert(damage.end(), segment.damage.begin(), segment.damage.end());
    if (segment.torn_bytes > 0)
      std::printf("%s: the last %llu bytes are unfinished, as a crash leaves them\n",
                  segment.path.c_str(), static_cast<unsigned long long>(segment.torn_bytes));
  }
  if (lacking > 0)
    std::printf("%zu periods of samples have no minutes: an agent makes them anew\n", lacking);
  for (const std::string& path : tsdb::set_aside_files(*folder))
    std::printf("set aside earlier: %s\n", printable(path).c_str());
  for (const std::string& line : damage) std::printf("damaged: %s\n", printable(line).c_str());
  std::printf(
      "%s\n",
      fmt::format("{}: {} files and {} journal segments read, {} chunks, {} samples, {}: {}",
                  folder->path(), files, journal->size(), with_commas(chunks), with_commas(samples),
                  format_bytes(double(bytes)),
                  damage.empty() ? "sound" : fmt::format("{} damaged places", damage.size()))
          .c_str());
  return damage.empty() ? kSuccess : kFailure;
}

}  // namespace

int store_command(const std::vector<std::string>& words) {
  struct Action {
    std::string_view name;
    const Syntax& syntax;
    int (*run)(const Arguments&);
  };
  constexpr std::array<Action, 2> kActions = {
      {{"inspect", kInspect, inspect}, {"verify", kVerify, verify}}};
  const std::string_view given = words.empty() ? std::string_view() : std::string_view(words[0]);
  if (given == "--help" || given == "-h") {
    for (const Action& action : kActions)
      std::fputs((help_text(action.syntax) + "\n").c_str(), stdout);
    return kSuccess;
  }
  for (const auto& [name, syntax, run] : kActions) {
    if (given != name) continue;
    const auto arguments = parse_arguments(syntax, {words.data() + 1, words.size() - 1});
    if (!arguments) {
      print_error(fmt::format("{}: {}\n", syntax.command, arguments.error().message));
      return kUsageError;
    }
    if (!arguments->help()) return run(*arguments);
    std::fputs(help_text(syntax).c_str(), stdout);
    return kSuccess;
  }
  print_error(
      "lapwing store: say what to do: lapwing store inspect DIR, lapwing store verify DIR\n");
  return kUsageError;
}

}  // namespace lapwing::cli
