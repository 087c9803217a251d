// HTTP/1.0 and 1.1 as they pass: heads are read byte by byte, bodies are passed over.
#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "collectors/latency/protocol/readers.h"
#include "collectors/latency/protocol/route.h"

namespace lapwing::collectors::latency::http1 {
namespace {

enum State : std::uint8_t {
  kFirst,      // method, or status line
  kTarget,     // requests only
  kFirstRest,  // to the end of the first line
  kLineStart,  // of a header, or the empty line
  kName,       // of a header that matters
  kValue,
  kLineRest,
  kBody,  // `remaining` bytes
  kChunkSize,
  kChunkRest,  // to the end of the size's line
  kChunkData,
  kTrailer,  // lines up to an empty one
  kTrailerRest,
  kUntilTurn,  // no end can be told: until the other side speaks
};

constexpr std::array<std::string_view, 9> kMethods = {
    "GET", "POST", "PUT", "HEAD", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE"};
constexpr std::array<std::string_view, 2> kHeaders = {"content-length", "transfer-encoding"};

constexpr std::uint8_t kHeadForm = kOwnForms;         // the answer has no body
constexpr std::uint8_t kConnectForm = kOwnForms + 1;  // the answer makes it a tunnel

// Bits of Cursor::mark.
constexpr std::uint8_t kChunked = 0x80;
constexpr std::uint8_t kHeaderMask = 0x0f;
// Of answers, in Cursor::form.
constexpr std::uint8_t kNoBody = 0x80;

constexpr std::uint64_t kLongestBody = std::numeric_limits<std::uint64_t>::max() / 32;

char lower(char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// -1 for what is no hexadecimal digit.
int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char small = lower(c);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

/// What follows a head or a body, in either direction.
enum class Step { Continue, HeadEnd, MessageEnd, Lost };

/// One byte of a header line or of an empty line.
Step step_header(Cursor& cursor, char c) {
  switch (State(cursor.state)) {
    case kLineStart:
      if (c == '\r') return Step::Continue;
      if (c == '\n') return Step::HeadEnd;
      cursor.length = 1;
      cursor.mark &= std::uint8_t(~kHeaderMask);
      for (std::size_t i = 0; i < kHeaders.size(); ++i)
        if (lower(c) == kHeaders[i][0]) cursor.mark |= std::uint8_t(i + 1);
      cursor.state = (cursor.mark & kHeaderMask) == 0 ? kLineRest : kName;
      return Step::Continue;
    case kName: {
      const std::string_view wanted = kHeaders[std::size_t(cursor.mark & kHeaderMask) - 1];
      if (c == '\n')
        cursor.state = kLineStart;
      else if (cursor.length < wanted.size() && lower(c) == wanted[cursor.length])
        ++cursor.length;
      else if (cursor.length == wanted.size() && c == ':')
        cursor.state = kValue;
      else
        cursor.state = kLineRest;
      if (cursor.state == kValue && (cursor.mark & kHeaderMask) == 1) cursor.remaining = 0;
      return Step::Continue;
    }
    case kValue:
      if (c == '\n') {
        cursor.state = kLineStart;
      } else if ((cursor.mark & kHeaderMask) == 2) {
        if (c != ' ' && c != '\t' && c != '\r') cursor.mark |= kChunked;
      } else if (is_digit(c)) {
        cursor.remaining = cursor.remaining * 10 + std::uint64_t(c - '0');
        if (cursor.remaining > kLongestBody) return Step::Lost;
      }
      return Step::Continue;
    default:
      return Step::Lost;
  }
}

bool has_name(std::string_view line, std::string_view name) {
  return line.size() > name.size() && line[name.size()] == ':' &&
         std::equal(name.begin(), name.end(), line.begin(),
                    [](char wanted, char c) { return wanted == lower(c); });
}

/// A header line or the empty one at once, where it is visible to its end, as most are: what
/// step_header() makes of it byte by byte. Nothing: none of it is taken.
std::optional<Step> take_line(Cursor& cursor, Input& input) {
  const std::string_view rest = input.rest();
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view line = rest.substr(0, end);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.starts_with('\r')) return std::nullopt;
  (void)input.skip(end + 1);
  if (line.empty()) return Step::HeadEnd;
  if (has_name(line, kHeaders[0])) {
    cursor.remaining = 0;
    for (const char c : line.substr(kHeaders[0].size())) {
      if (is_digit(c)) cursor.remaining = cursor.remaining * 10 + std::uint64_t(c - '0');
      if (cursor.remaining > kLongestBody) return Step::Lost;
    }
  } else if (has_name(line, kHeaders[1])) {
    if (line.find_first_not_of(" \t\r", kHeaders[1].size() + 1) != std::string_view::npos)
      cursor.mark |= kChunked;
  }
  return Step::Continue;
}

/// Lines of a head, to the head's end or that of what is visible.
Step read_lines(Cursor& cursor, Input& input) {
  while (input.visible()) {
    if (cursor.state == kLineStart) {
      const auto step = take_line(cursor, input);
      if (step && *step != Step::Continue) return *step;
      if (step) continue;
    }
    if (cursor.state == kLineRest || cursor.state == kFirstRest) {
      if (input.skip_line()) cursor.state = kLineStart;
    } else if (const Step step = step_header(cursor, input.next()); step != Step::Continue) {
      return step;
    }
  }
  return Step::Continue;
}

/// Chunk sizes and trailers.
Step step_chunk(Cursor& cursor, char c) {
  switch (State(cursor.state)) {
    case kChunkSize:
      if (const int digit = hex_value(c); digit >= 0) {
        cursor.remaining = cursor.remaining * 16 + std::uint64_t(digit);
        return cursor.remaining > kLongestBody ? Step::Lost : Step::Continue;
      }
      if (c != '\n') {
        cursor.state = kChunkRest;
        return c == '\r' || c == ';' || c == ' ' ? Step::Continue : Step::Lost;
      }
      [[fallthrough]];
    case kChunkRest:
      if (c != '\n') return Step::Continue;
      if (cursor.remaining == 0) {
        cursor.state = kTrailer;
      } else {
        cursor.remaining += 2;  // its line break
        cursor.state = kChunkData;
      }
      return Step::Continue;
    case kTrailer:
      if (c == '\n') return Step::MessageEnd;
      if (c != '\r') cursor.state = kTrailerRest;
      return Step::Continue;
    case kTrailerRest:
      if (c == '\n') cursor.state = kTrailer;
      return Step::Continue;
    default:
      return Step::Lost;
  }
}

/// One step through what head and body have in common in both directions.
Step step_shared(Cursor& cursor, Input& input) {
  switch (State(cursor.state)) {
    case kBody:
      cursor.remaining -= input.skip(cursor.remaining);
      return cursor.remaining == 0 ? Step::MessageEnd : Step::Continue;
    case kChunkData:
      cursor.remaining -= input.skip(cursor.remaining);
      if (cursor.remaining == 0) cursor.state = kChunkSize;
      return Step::Continue;
    case kUntilTurn:
      input.skip_all();
      return Step::Continue;
    default:
      break;
  }
  if (!input.visible()) return Step::Lost;
  switch (State(cursor.state)) {
    case kChunkSize:
    case kChunkRest:
    case kTrailer:
    case kTrailerRest:
      return step_chunk(cursor, input.next());
    default:
      return read_lines(cursor, input);
  }
}

void finish_request(Cursor& cursor, Exchange& exchange) {
  exchange.request(cursor.operation, cursor.form);
  cursor = Cursor{};
}

/// A byte of the method, or of empty lines before it, which are allowed; false for what is none.
bool step_method(Cursor& cursor, char c) {
  if (c == '\r' || c == '\n') return cursor.length == 0;
  if (c != ' ') return c >= 'A' && c <= 'Z' && cursor.append(c) && cursor.length <= 7;
  cursor.form = cursor.text() == "HEAD"      ? kHeadForm
                : cursor.text() == "CONNECT" ? kConnectForm
                                             : kPlainForm;
  cursor.state = kTarget;
  return std::find(kMethods.begin(), kMethods.end(), cursor.text()) != kMethods.end();
}

/// The method as far as it is visible; false for what is none.
bool read_method(Cursor& cursor, Input& input) {
  while (cursor.state == kFirst && input.visible())
    if (!step_method(cursor, input.next())) return false;
  return true;
}

/// Names the request. A target of which the end is not in this segment stays unnamed.
void read_target(Cursor& cursor, Input& input, Exchange& exchange) {
  const std::string_view rest = input.rest();
  const auto end = std::find_if(rest.begin(), rest.end(),
                                [](char c) { return c == ' ' || c == '\r' || c == '\n'; });
  const Route route(end == rest.end() ? "" : std::string_view(rest.begin(), end));
  cursor.operation = exchange.operation(cursor.text(), route.text());
  cursor.state = kFirstRest;
}

Outcome outcome_of(int status) {
  switch (status / 100) {
    case 1:
      return Outcome::Status1xx;
    case 2:
      return Outcome::Status2xx;
    case 3:
      return Outcome::Status3xx;
    case 4:
      return Outcome::Status4xx;
    default:
      return Outcome::Status5xx;
  }
}

/// "HTTP/1.1 200", byte by byte.
Step step_status(Cursor& cursor, char c) {
  constexpr std::string_view kBeginning = "HTTP/1.";
  const std::size_t at = cursor.pending++;
  if (at < kBeginning.size()) return c == kBeginning[at] ? Step::Continue : Step::Lost;
  if (at == 7) return is_digit(c) ? Step::Continue : Step::Lost;
  if (at == 8) return c == ' ' ? Step::Continue : Step::Lost;
  if (!is_digit(c)) return Step::Lost;
  cursor.remaining = cursor.remaining * 10 + std::uint64_t(c - '0');
  return at == 11 ? Step::HeadEnd : Step::Continue;
}

/// The status line's beginning as far as it is visible.
Step read_status(Cursor& cursor, Input& input) {
  Step step = Step::Continue;
  const std::string_view rest = input.rest();
  constexpr std::string_view kUsual = "HTTP/1.1 ";
  if (cursor.pending == 0 && rest.size() >= kUsual.size() + 3 && rest.starts_with(kUsual)) {
    // All but the digits.
    cursor.pending = kUsual.size();
    (void)input.skip(kUsual.size());
  }
  while (step == Step::Continue && input.visible()) step = step_status(cursor, input.next());
  return step;
}

/// The status is known: 1xx are no answers yet. `remaining` is free for lengths again.
Reading take_status(Cursor& cursor, Exchange& exchange) {
  const int status = int(cursor.remaining);
  const std::uint8_t form = exchange.awaited();
  cursor.remaining = 0;
  cursor.pending = 0;
  cursor.state = kFirstRest;
  if (status == 101) return Reading::Over;
  if (status < 200) {
    cursor.form = kNoBody | 1;
    return status < 100 ? Reading::Lost : Reading::InStep;
  }
  if (form == kNothingAwaited || status > 599) return Reading::Lost;
  exchange.answer_begins();
  exchange.answer_ends(outcome_of(status));
  if (form == kConnectForm && status < 300) return Reading::Over;
  const bool bare = form == kHeadForm || status == 204 || status == 304;
  cursor.form = bare ? kNoBody : 0;
  // Without a length the body ends with the connection: told apart from a length of 0.
  cursor.remaining = kLongestBody;
  return Reading::InStep;
}

/// The empty line of an answer's head.
void end_answer_head(Cursor& cursor) {
  const bool bare = (cursor.form & kNoBody) != 0;
  const bool chunked = (cursor.mark & kChunked) != 0;
  const std::uint64_t length = cursor.remaining;
  cursor = Cursor{};
  if (bare || (!chunked && length == 0)) return;
  if (chunked) {
    cursor.state = kChunkSize;
  } else {
    cursor.remaining = length;
    cursor.state = length == kLongestBody ? kUntilTurn : kBody;
  }
}

}  // namespace

bool begins(std::string_view payload) {
  for (const std::string_view method : kMethods)
    if (payload.starts_with(method) && payload.size() > method.size() + 1 &&
        payload[method.size()] == ' ' &&
        (payload[method.size() + 1] == '/' || method == "CONNECT" || method == "OPTIONS" ||
         payload.substr(method.size() + 1).starts_with("http")))
      return true;
  return false;
}

Reading read_requests(Cursor& cursor, Input& input, Exchange& exchange) {
  while (!input.done()) {
    if (cursor.state == kFirst) {
      if (!input.visible() || !read_method(cursor, input)) return Reading::Lost;
      continue;
    }
    if (cursor.state == kTarget) {
      if (!input.visible()) return Reading::Lost;
      read_target(cursor, input, exchange);
      continue;
    }
    switch (step_shared(cursor, input)) {
      case Step::Continue:
        break;
      case Step::HeadEnd:
        if ((cursor.mark & kChunked) != 0) {
          cursor.remaining = 0;
          cursor.state = kChunkSize;
        } else if (cursor.remaining > 0) {
          cursor.state = kBody;
        } else {
          finish_request(cursor, exchange);
        }
        break;
      case Step::MessageEnd:
        finish_request(cursor, exchange);
        break;
      case Step::Lost:
        return Reading::Lost;
    }
  }
  return Reading::InStep;
}

Reading read_answers(Cursor& cursor, Input& input, Exchange& exchange) {
  if (cursor.state == kUntilTurn && exchange.awaited() != kNothingAwaited) cursor = Cursor{};
  while (!input.done()) {
    if (cursor.state == kFirst) {
      if (!input.visible()) return Reading::Lost;
      const Step step = read_status(cursor, input);
      if (step == Step::Lost) return Reading::Lost;
      if (step == Step::HeadEnd)
        if (const Reading reading = take_status(cursor, exchange); reading != Reading::InStep)
          return reading;
      continue;
    }
    switch (step_shared(cursor, input)) {
      case Step::Continue:
        break;
      case Step::HeadEnd:
        end_answer_head(cursor);
        break;
      case Step::MessageEnd:
        cursor = Cursor{};
        break;
      case Step::Lost:
        // The answer's status was read: only its end is not known.
        if (input.visible()) return Reading::Lost;
        cursor.state = kUntilTurn;
        break;
    }
  }
  return Reading::InStep;
}

}  // namespace lapwing::collectors::latency::http1
