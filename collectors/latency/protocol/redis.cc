// Redis: commands as arrays of bulk strings or as a line; answers of any type, nested.
#include <algorithm>
#include <array>
#include <optional>

#include "collectors/latency/protocol/readers.h"

namespace lapwing::collectors::latency::redis {
namespace {

enum State : std::uint8_t {
  kType,
  kNumber,    // of an array's or a string's beginning, up to the line break
  kBulkType,  // requests: '$' of the next argument
  kName,      // requests: the first argument
  kNameRest,
  kBulk,    // `remaining` bytes and a line break
  kInline,  // requests: a command as a line
  kInlineRest,
  kLine,  // answers: a simple value, up to the line break
};

// Cursor::mark: what kNumber counts.
enum Number : std::uint8_t { kArguments, kNameLength, kArgumentLength, kParts, kPairs, kBytes };
// Bits above it, in answers: the message is a push, which answers nothing; the number is negative.
constexpr std::uint8_t kPush = 0x40;
constexpr std::uint8_t kNegative = 0x80;
constexpr std::uint8_t kNumberMask = 0x0f;

constexpr std::uint64_t kMostArguments = 1u << 20;
constexpr std::uint64_t kLongestBulk = 512u << 20;
constexpr std::uint64_t kLongestName = 64;

// They wait until there is something, or until a time has passed. Begin with B, W or X.
constexpr std::array<std::string_view, 12> kBlocking = {
    "BLMOVE",   "BLMPOP",   "BLPOP", "BRPOP",   "BRPOPLPUSH", "BZMPOP",
    "BZPOPMAX", "BZPOPMIN", "WAIT",  "WAITAOF", "XREAD",      "XREADGROUP"};
// After them the server speaks when it likes. Begin with M, P or S.
constexpr std::array<std::string_view, 6> kEndsTurns = {"MONITOR",    "PSUBSCRIBE", "PSYNC",
                                                        "SSUBSCRIBE", "SUBSCRIBE",  "SYNC"};

char upper(char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) {
  const char big = upper(c);
  return (big >= 'A' && big <= 'Z') || is_digit(c) || c == '.' || c == '_' || c == '-';
}

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::uint8_t form_of(std::string_view command) {
  switch (command[0]) {
    case 'B':
    case 'W':
    case 'X':
      return is_one_of(command, kBlocking) ? kBlockingForm : kPlainForm;
    case 'M':
    case 'P':
    case 'S':
      return is_one_of(command, kEndsTurns) ? kOwnForms : kPlainForm;
    default:
      return kPlainForm;
  }
}

/// False past the limit or for what is no digit.
bool add_digit(Cursor& cursor, char c, std::uint64_t limit) {
  if (!is_digit(c)) return false;
  cursor.remaining = cursor.remaining * 10 + std::uint64_t(c - '0');
  return cursor.remaining <= limit;
}

/// A whole command: Over when the connection has become a subscription.
Reading finish_request(Cursor& cursor, Exchange& exchange) {
  const bool over = cursor.form == kOwnForms;
  exchange.request(cursor.operation, over ? kUnansweredForm : cursor.form);
  cursor = Cursor{};
  return over ? Reading::Over : Reading::InStep;
}

void name_request(Cursor& cursor, Exchange& exchange) {
  cursor.form = form_of(cursor.text());
  cursor.operation = exchange.operation(cursor.text(), "");
}

void expect_number(Cursor& cursor, Number what) {
  cursor.mark = std::uint8_t((cursor.mark & kPush) | what);
  cursor.remaining = 0;
  cursor.state = kNumber;
}

/// The line break after a number of a request; false: not a command.
bool take_request_number(Cursor& cursor) {
  switch (Number(cursor.mark & kNumberMask)) {
    case kArguments:
      cursor.pending = std::uint32_t(cursor.remaining);
      cursor.state = cursor.pending == 0 ? kType : kBulkType;
      return true;
    case kNameLength:
      cursor.state = kName;
      return cursor.remaining > 0 && cursor.remaining <= kLongestName;
    default:
      cursor.remaining += 2;
      cursor.state = kBulk;
      return true;
  }
}

/// One byte of a request; false: not a command.
bool step_request(Cursor& cursor, char c, Exchange& exchange) {
  switch (State(cursor.state)) {
    case kType:
      if (c == '*') {
        expect_number(cursor, kArguments);
        return true;
      }
      if (c == '\r' || c == '\n') return true;
      cursor.state = kInline;
      return is_word(c) && cursor.append(upper(c));
    case kNumber:
      if (c == '\r') return true;
      if (c == '\n') return take_request_number(cursor);
      return add_digit(cursor, c,
                       (cursor.mark & kNumberMask) == kArguments ? kMostArguments : kLongestBulk);
    case kBulkType:
      expect_number(cursor, cursor.length == 0 ? kNameLength : kArgumentLength);
      return c == '$';
    case kName:
      if (!is_word(c)) return false;
      (void)cursor.append(upper(c));  // What is longer than a word is cut.
      if (--cursor.remaining == 0) {
        name_request(cursor, exchange);
        cursor.remaining = 2;
        cursor.state = kBulk;
      }
      return true;
    case kInline:
      if (is_word(c)) return cursor.append(upper(c));
      name_request(cursor, exchange);
      cursor.state = kInlineRest;
      return c == ' ' || c == '\r' || c == '\n';
    default:
      return false;
  }
}

/// Takes "*3\r\n" off the front, with its type: nothing where it is not there whole, or is long.
std::optional<std::uint64_t> take_count(std::string_view& text, char type) {
  constexpr std::size_t kDigits = 6;
  std::uint64_t count = 0;
  std::size_t at = 1;
  for (; at < text.size() && at <= kDigits && is_digit(text[at]); ++at)
    count = count * 10 + std::uint64_t(text[at] - '0');
  if (at == 1 || text[0] != type || !text.substr(at).starts_with("\r\n")) return std::nullopt;
  text.remove_prefix(at + 2);
  return count;
}

/// A command up to its name's end at once, where that was captured in one piece, as most are:
/// what step_request() makes of it byte by byte. False: nothing is taken.
bool take_beginning(Cursor& cursor, Input& input, Exchange& exchange) {
  std::string_view text = input.rest();
  const auto parts = take_count(text, '*');
  const auto length = take_count(text, '$');
  if (!parts || *parts == 0 || !length || *length == 0 || *length > kLongestName ||
      text.size() < *length || !std::all_of(text.begin(), text.begin() + *length, is_word))
    return false;
  for (const char c : text.substr(0, std::min<std::size_t>(*length, cursor.word.size())))
    (void)cursor.append(upper(c));
  cursor.pending = std::uint32_t(*parts);
  name_request(cursor, exchange);
  cursor.remaining = 2;
  cursor.state = kBulk;
  (void)input.skip(input.rest().size() - text.size() + *length);
  return true;
}

/// The length of a further argument, likewise.
bool take_argument(Cursor& cursor, Input& input) {
  std::string_view text = input.rest();
  if (cursor.length == 0) return false;
  const auto length = take_count(text, '$');
  if (!length) return false;
  cursor.remaining = *length + 2;
  cursor.state = kBulk;
  (void)input.skip(input.rest().size() - text.size());
  return true;
}

/// The line break after a number of an answer.
void take_answer_number(Cursor& cursor) {
  const bool none = (cursor.mark & kNegative) != 0;
  const std::uint32_t count = none ? 0 : std::uint32_t(cursor.remaining);
  cursor.state = kType;
  switch (Number(cursor.mark & kNumberMask)) {
    case kPairs:
      cursor.pending += 2 * count;
      break;
    case kParts:
      cursor.pending += count;
      break;
    default:
      if (none) break;
      cursor.remaining += 2;
      cursor.state = kBulk;
      return;
  }
  cursor.remaining = 0;
}

/// A part of an answer has ended; so has the answer when none is left.
void end_part(Cursor& cursor, Exchange& exchange) {
  if (cursor.pending > 0) return;
  const bool push = (cursor.mark & kPush) != 0;
  const bool error = cursor.form != 0;
  cursor = Cursor{};
  if (!push) exchange.answer_ends(error ? Outcome::Error : Outcome::Ok);
}

/// The first byte of a part; `whole`: it begins an answer. False: not a type.
bool begin_part(Cursor& cursor, char c, bool whole) {
  if (!whole) --cursor.pending;
  switch (c) {
    case '-':
      if (whole) cursor.form = 1;
      [[fallthrough]];
    case '+':
    case ':':
    case '_':
    case ',':
    case '#':
    case '(':
      cursor.state = kLine;
      return true;
    case '!':
      if (whole) cursor.form = 1;
      [[fallthrough]];
    case '$':
    case '=':
      expect_number(cursor, kBytes);
      return true;
    case '>':
    case '*':
    case '~':
      expect_number(cursor, kParts);
      return true;
    case '%':
      expect_number(cursor, kPairs);
      return true;
    case '|':
      // Attributes stand before the value that they belong to.
      ++cursor.pending;
      expect_number(cursor, kPairs);
      return true;
    default:
      return false;
  }
}

}  // namespace

bool begins(std::string_view payload) {
  if (payload.size() < 4) return false;
  if (payload[0] == '*') {
    std::size_t at = 1;
    while (at < payload.size() && payload[at] >= '0' && payload[at] <= '9') ++at;
    return at > 1 && payload.substr(at).starts_with("\r\n$");
  }
  // Of commands as lines only these are taken for Redis by themselves: others use lines too.
  return payload.starts_with("PING\r\n") || payload.starts_with("ping\r\n");
}

Reading read_requests(Cursor& cursor, Input& input, Exchange& exchange) {
  while (!input.done()) {
    if (cursor.state == kBulk) {
      cursor.remaining -= input.skip(cursor.remaining);
      if (cursor.remaining > 0) return Reading::InStep;
      cursor.state = kBulkType;
      if (--cursor.pending == 0)
        if (const Reading reading = finish_request(cursor, exchange); reading != Reading::InStep)
          return reading;
      continue;
    }
    if (!input.visible()) return Reading::Lost;
    if (cursor.state == kType && take_beginning(cursor, input, exchange)) continue;
    if (cursor.state == kBulkType && take_argument(cursor, input)) continue;
    if (cursor.state == kInlineRest) {
      if (input.skip_line())
        if (const Reading reading = finish_request(cursor, exchange); reading != Reading::InStep)
          return reading;
      continue;
    }
    // A line break that ends a command's only word is read again as the end of its line.
    const bool at_line_end =
        cursor.state == kInline && (input.peek() == '\r' || input.peek() == '\n');
    const char c = at_line_end ? input.peek() : input.next();
    if (!step_request(cursor, c, exchange)) return Reading::Lost;
  }
  return Reading::InStep;
}

Reading read_answers(Cursor& cursor, Input& input, Exchange& exchange) {
  while (!input.done()) {
    if (cursor.state == kBulk) {
      cursor.remaining -= input.skip(cursor.remaining);
      if (cursor.remaining > 0) return Reading::InStep;
      cursor.state = kType;
      end_part(cursor, exchange);
      continue;
    }
    if (!input.visible()) return Reading::Lost;
    if (cursor.state == kLine) {
      if (!input.skip_line()) continue;
      cursor.state = kType;
      end_part(cursor, exchange);
      continue;
    }
    const char c = input.next();
    if (cursor.state == kType) {
      const bool whole = cursor.pending == 0;
      if (whole && c == '>') {
        cursor.mark = kPush;
      } else if (whole) {
        if (exchange.awaited() == kNothingAwaited) return Reading::Lost;
        exchange.answer_begins();
      }
      if (!begin_part(cursor, c, whole)) return Reading::Lost;
      continue;
    }
    if (c == '-' && cursor.remaining == 0) {
      cursor.mark |= kNegative;
    } else if (c == '\n') {
      take_answer_number(cursor);
      if (cursor.state == kType) end_part(cursor, exchange);
    } else if (c != '\r' && !add_digit(cursor, c, kLongestBulk)) {
      return Reading::Lost;
    }
  }
  return Reading::InStep;
}

}  // namespace lapwing::collectors::latency::redis
