// PostgreSQL: messages of a kind, a length and content, of which only the kinds are looked at.
#include "collectors/latency/protocol/readers.h"

namespace lapwing::collectors::latency::postgres {
namespace {

enum State : std::uint8_t {
  kKind,
  kLength,   // four bytes; `pending` counts them
  kContent,  // `remaining` bytes
  kCode,     // of a start-up packet, after its length
};

constexpr std::uint32_t kProtocol3 = 3;  // the upper half of the start-up's code
constexpr std::uint32_t kCancel = 80877102;
constexpr std::uint32_t kAskForTls = 80877103;
constexpr std::uint32_t kAskForGss = 80877104;
constexpr std::uint64_t kLongest = 1u << 30;

constexpr std::uint8_t kStartForm = kOwnForms;    // answered by an exchange up to ReadyForQuery
constexpr std::uint8_t kTlsForm = kOwnForms + 1;  // answered by one byte
constexpr std::string_view kRequestKinds = "BCDEFHPQSXcdfp";
constexpr std::string_view kAnswerKinds = "123ACDEGHIKNRSTVWZnstv";

/// Whether four bytes are together; `remaining` has them then.
bool add_byte(Cursor& cursor, char c) {
  cursor.remaining = cursor.remaining << 8 | std::uint8_t(c);
  return ++cursor.pending == 4;
}

/// The content of a message, in part or whole; true when it has ended.
bool pass_content(Cursor& cursor, Input& input) {
  cursor.remaining -= input.skip(cursor.remaining);
  return cursor.remaining == 0;
}

void finish_request(Cursor& cursor, Exchange& exchange) {
  switch (cursor.mark) {
    case 'Q':
      exchange.request(exchange.operation("query", ""), kPlainForm);
      break;
    case 'S':
      exchange.request(exchange.operation("execute", ""), kPlainForm);
      break;
    case 'F':
      exchange.request(exchange.operation("call", ""), kPlainForm);
      break;
    case 's':  // of ours: a start-up
      exchange.request(exchange.operation("connect", ""), kStartForm);
      break;
    case 't':  // of ours: asks for encryption
      exchange.request(kNoOperation, kTlsForm);
      break;
    default:
      break;
  }
  cursor = Cursor{};
}

/// The code of a start-up packet of `length` bytes.
Reading take_code(Cursor& cursor) {
  const std::uint32_t code = std::uint32_t(cursor.remaining);
  const std::uint64_t length = cursor.operation;
  if (code >> 16 == kProtocol3 && length >= 8)
    cursor.mark = 's';
  else if ((code == kAskForTls || code == kAskForGss) && length == 8)
    cursor.mark = 't';
  else
    return code == kCancel ? Reading::Over : Reading::Lost;
  cursor.remaining = length - 8;
  cursor.state = kContent;
  return Reading::InStep;
}

Reading step_request(Cursor& cursor, char c) {
  switch (State(cursor.state)) {
    case kKind:
      cursor.state = kLength;
      cursor.mark = std::uint8_t(c);
      // A start-up packet has no kind: its length begins with a zero.
      if (c == 0) {
        cursor.mark = 0;
        cursor.pending = 1;
        return Reading::InStep;
      }
      return kRequestKinds.find(c) == std::string_view::npos ? Reading::Lost : Reading::InStep;
    case kLength:
      if (!add_byte(cursor, c)) return Reading::InStep;
      cursor.pending = 0;
      if (cursor.mark == 0) {
        if (cursor.remaining < 8 || cursor.remaining > 10'000) return Reading::Lost;
        cursor.operation = std::uint16_t(cursor.remaining);
        cursor.remaining = 0;
        cursor.state = kCode;
        return Reading::InStep;
      }
      if (cursor.remaining < 4 || cursor.remaining > kLongest) return Reading::Lost;
      cursor.remaining -= 4;
      cursor.state = kContent;
      return Reading::InStep;
    case kCode:
      if (!add_byte(cursor, c)) return Reading::InStep;
      cursor.pending = 0;
      return take_code(cursor);
    default:
      return Reading::Lost;
  }
}

/// The kind of an answer's message.
void take_kind(Cursor& cursor, Exchange& exchange) {
  const char kind = char(cursor.mark);
  const std::uint8_t form = exchange.awaited();
  // Notices, notifications and changed settings also come by themselves.
  const bool aside = kind == 'A' || kind == 'N' || kind == 'S';
  if (form == kNothingAwaited || aside) return;
  exchange.answer_begins();
  if (kind == 'E') cursor.form = 1;
  if (kind == 'Z' || (kind == 'E' && form == kStartForm)) {
    exchange.answer_ends(cursor.form != 0 ? Outcome::Error : Outcome::Ok);
    cursor.form = 0;
  }
}

}  // namespace

bool begins(std::string_view payload) {
  if (payload.size() < 5) return false;
  const auto byte = [&](std::size_t at) { return std::uint64_t(std::uint8_t(payload[at])); };
  const auto word = [&](std::size_t at) {
    return byte(at) << 24 | byte(at + 1) << 16 | byte(at + 2) << 8 | byte(at + 3);
  };
  if (payload[0] == 0) {
    if (payload.size() < 8 || word(0) < 8 || word(0) > 10'000) return false;
    return word(4) >> 16 == kProtocol3 || word(4) == kAskForTls || word(4) == kAskForGss ||
           word(4) == kCancel;
  }
  // Messages follow one another, up to one that asks for an answer.
  std::size_t at = 0;
  while (at + 5 <= payload.size()) {
    const std::uint64_t length = word(at + 1);
    if (kRequestKinds.find(payload[at]) == std::string_view::npos || length < 4 ||
        length > (1u << 24))
      return false;
    const bool query = payload[at] == 'Q';
    at += 1 + std::size_t(length);
    if (query && at <= payload.size() && payload[at - 1] != 0) return false;
  }
  return true;
}

Reading read_requests(Cursor& cursor, Input& input, Exchange& exchange) {
  while (true) {
    // Some messages have no content: they end with their length.
    if (cursor.state == kContent && pass_content(cursor, input)) finish_request(cursor, exchange);
    if (input.done()) return Reading::InStep;
    if (!input.visible()) return Reading::Lost;
    if (const Reading reading = step_request(cursor, input.next()); reading != Reading::InStep)
      return reading;
  }
}

Reading read_answers(Cursor& cursor, Input& input, Exchange& exchange) {
  while (true) {
    if (cursor.state == kContent && pass_content(cursor, input)) cursor.state = kKind;
    if (input.done()) return Reading::InStep;
    if (!input.visible()) return Reading::Lost;
    const char c = input.next();
    if (cursor.state == kKind) {
      if (exchange.awaited() == kTlsForm) {
        if (c != 'N' && c != 'S' && c != 'G') return Reading::Lost;
        exchange.answer_begins();
        exchange.answer_ends(Outcome::Ok);
        if (c != 'N') return Reading::Encrypted;
        continue;
      }
      if (kAnswerKinds.find(c) == std::string_view::npos) return Reading::Lost;
      cursor.mark = std::uint8_t(c);
      cursor.state = kLength;
      cursor.remaining = 0;
      continue;
    }
    if (!add_byte(cursor, c)) continue;
    cursor.pending = 0;
    if (cursor.remaining < 4 || cursor.remaining > kLongest) return Reading::Lost;
    cursor.remaining -= 4;
    cursor.state = kContent;
    take_kind(cursor, exchange);
  }
}

}  // namespace lapwing::collectors::latency::postgres
