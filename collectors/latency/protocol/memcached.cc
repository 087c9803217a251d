// memcached: lines of words, some followed by a block of data.
#include <algorithm>
#include <array>

#include "collectors/latency/protocol/readers.h"

namespace lapwing::collectors::latency::memcached {
namespace {

enum State : std::uint8_t {
  kWord,  // the first word of a line
  kRest,  // words after it; `pending` counts the blanks before the one being read
  kData,  // `remaining` bytes
};

constexpr std::uint8_t kValuesForm = kOwnForms;    // lines VALUE … up to END
constexpr std::uint8_t kListForm = kOwnForms + 1;  // lines STAT … up to END, or one line
constexpr std::uint8_t kMetaForm = kOwnForms + 2;  // one line, perhaps with data

struct Command {
  std::string_view name;
  std::uint8_t form;
  std::uint8_t size_at = 0;  ///< which word after the first tells the length of data; 0: none
};
constexpr std::array<Command, 25> kCommands = {{
    {"get", kValuesForm},       {"gets", kValuesForm},     {"gat", kValuesForm},
    {"gats", kValuesForm},      {"set", kPlainForm, 4},    {"add", kPlainForm, 4},
    {"replace", kPlainForm, 4}, {"append", kPlainForm, 4}, {"prepend", kPlainForm, 4},
    {"cas", kPlainForm, 4},     {"delete", kPlainForm},    {"incr", kPlainForm},
    {"decr", kPlainForm},       {"touch", kPlainForm},     {"stats", kListForm},
    {"flush_all", kPlainForm},  {"version", kPlainForm},   {"verbosity", kPlainForm},
    {"mg", kMetaForm},          {"ms", kMetaForm, 2},      {"md", kMetaForm},
    {"ma", kMetaForm},          {"mn", kMetaForm},         {"me", kMetaForm},
    {"quit", kUnansweredForm},
}};

constexpr std::string_view kNoReply = "noreply";
constexpr std::uint64_t kLongestData = 1u << 30;

const Command* find_command(std::string_view word) {
  for (const Command& command : kCommands)
    if (command.name == word) return &command;
  return nullptr;
}

bool is_lower(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }

/// A byte after the first word of a line. Blanks count words; digits of the word `size_at` make a
/// length; `mark` is how much of "noreply" the word being read has, 255 once it differs.
bool step_rest(Cursor& cursor, char c, std::uint8_t size_at) {
  if (c == ' ') {
    ++cursor.pending;
    cursor.mark = 0;
    return true;
  }
  if (c == '\r') return true;
  if (cursor.mark < kNoReply.size() && c == kNoReply[cursor.mark])
    ++cursor.mark;
  else
    cursor.mark = 255;
  if (size_at == 0 || cursor.pending != size_at) return true;
  if (c < '0' || c > '9') return false;
  cursor.remaining = cursor.remaining * 10 + std::uint64_t(c - '0');
  return cursor.remaining <= kLongestData;
}

/// The first word of a request.
bool take_command(Cursor& cursor, Exchange& exchange) {
  const Command* command = find_command(cursor.text());
  if (command == nullptr) return false;
  cursor.operation = exchange.operation(command->name, "");
  cursor.form = command->form;
  cursor.state = kRest;
  cursor.pending = 0;
  cursor.mark = 255;
  cursor.length = command->size_at;  // The word itself is not needed any more.
  return true;
}

void finish_request(Cursor& cursor, Exchange& exchange) {
  exchange.request(cursor.operation, cursor.form);
  cursor = Cursor{};
}

void end_request_line(Cursor& cursor, std::uint8_t size_at, Exchange& exchange) {
  if (cursor.mark == kNoReply.size()) cursor.form = kUnansweredForm;
  if (size_at == 0) {
    finish_request(cursor, exchange);
  } else {
    cursor.remaining += 2;
    cursor.state = kData;
  }
}

bool is_failure(std::string_view word) {
  return word == "ERROR" || word == "CLIENT_ERROR" || word == "SERVER_ERROR";
}
bool is_miss(std::string_view word) {
  return word == "NOT_FOUND" || word == "NOT_STORED" || word == "EN" || word == "NF" ||
         word == "NS" || word == "EXISTS" || word == "EX";
}

/// An answer's line is whole. `form` of Cursor: a value has come before.
void end_answer_line(Cursor& cursor, std::uint8_t form, Exchange& exchange) {
  const std::string_view word = cursor.text();
  const std::uint64_t length = cursor.remaining;
  const bool value =
      (form == kValuesForm && word == "VALUE") || (form == kMetaForm && word == "VA");
  const bool more = form == kListForm && (word == "STAT" || word == "ITEM");
  const bool found = cursor.form != 0;
  const bool end = word == "END";
  const Outcome outcome = is_failure(word)                                          ? Outcome::Error
                          : is_miss(word) || (end && form == kValuesForm && !found) ? Outcome::Miss
                                                                                    : Outcome::Ok;
  cursor = Cursor{};
  if (value) {
    cursor.remaining = length + 2;
    cursor.state = kData;
  }
  if (value && form == kValuesForm)
    cursor.form = 1;
  else if (!more)
    exchange.answer_ends(outcome);
}

}  // namespace

bool begins(std::string_view payload) {
  const std::string_view word = payload.substr(0, payload.find_first_of(" \r"));
  return word.size() < payload.size() && find_command(word) != nullptr;
}

Reading read_requests(Cursor& cursor, Input& input, Exchange& exchange) {
  while (!input.done()) {
    if (cursor.state == kData) {
      cursor.remaining -= input.skip(cursor.remaining);
      if (cursor.remaining == 0) finish_request(cursor, exchange);
      continue;
    }
    if (!input.visible()) return Reading::Lost;
    const char c = input.peek();
    if (cursor.state == kWord) {
      if (is_lower(c)) {
        input.next();
        if (!cursor.append(c)) return Reading::Lost;
        continue;
      }
      if ((c != ' ' && c != '\r' && c != '\n') || !take_command(cursor, exchange))
        return Reading::Lost;
      continue;  // The byte is read again as the rest of the line.
    }
    input.next();
    const std::uint8_t size_at = cursor.length;
    // A quiet meta command is answered only when it fails: then nothing can be matched.
    if (cursor.form == kMetaForm && cursor.pending >= 2 && cursor.mark == 0 && c == 'q')
      return Reading::Lost;
    if (c == '\n')
      end_request_line(cursor, size_at, exchange);
    else if (!step_rest(cursor, c, size_at))
      return Reading::Lost;
  }
  return Reading::InStep;
}

Reading read_answers(Cursor& cursor, Input& input, Exchange& exchange) {
  while (!input.done()) {
    if (cursor.state == kData) {
      cursor.remaining -= input.skip(cursor.remaining);
      if (cursor.remaining == 0) cursor.state = kWord;
      continue;
    }
    if (!input.visible()) return Reading::Lost;
    const std::uint8_t form = exchange.awaited();
    if (form == kNothingAwaited) return Reading::Lost;
    exchange.answer_begins();
    const char c = input.next();
    if (c == '\n') {
      end_answer_line(cursor, form, exchange);
    } else if (cursor.state == kWord) {
      if (c == ' ') {
        cursor.state = kRest;
        cursor.pending = 1;
        cursor.mark = 255;
      } else if (c != '\r') {
        (void)cursor.append(c);  // What is longer is no word that matters.
      }
    } else {
      const std::uint8_t size_at = cursor.text() == "VALUE" ? 3 : cursor.text() == "VA" ? 1 : 0;
      if (!step_rest(cursor, c, size_at)) return Reading::Lost;
    }
  }
  return Reading::InStep;
}

}  // namespace lapwing::collectors::latency::memcached
