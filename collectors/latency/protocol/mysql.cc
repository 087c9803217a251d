// MySQL and MariaDB: packets of a length, a number and content; the number 0 begins a command.
#include <array>

#include "collectors/latency/protocol/readers.h"

namespace lapwing::collectors::latency::mysql {
namespace {

enum State : std::uint8_t {
  kHeader,   // four bytes; `pending` counts them
  kFirst,    // the first byte of the content
  kHello,    // the client's abilities, four bytes, in its first packet after the greeting
  kContent,  // `remaining` bytes
  kUntilTurn,
};

constexpr std::uint8_t kHeaderBytes = 4;
constexpr std::uint32_t kLongest = 0xffffff;  // a command that is longer goes on in another packet
constexpr std::uint32_t kCompress = 0x20;
constexpr std::uint32_t kTls = 0x800;
constexpr std::uint32_t kZstd = 0x4000000;

struct Command {
  std::uint8_t code;
  std::string_view name;
  std::uint8_t form = kPlainForm;
};
constexpr std::array<Command, 17> kCommands = {{
    {0x01, "quit", kUnansweredForm},
    {0x02, "init_db"},
    {0x03, "query"},
    {0x04, "field_list"},
    {0x07, "refresh"},
    {0x09, "statistics"},
    {0x0a, "process_info"},
    {0x0d, "debug"},
    {0x0e, "ping"},
    {0x11, "change_user"},
    {0x16, "prepare"},
    {0x17, "execute"},
    {0x18, "send_long_data", kUnansweredForm},
    {0x19, "close", kUnansweredForm},
    {0x1a, "reset"},
    {0x1c, "fetch"},
    {0x1f, "reset_connection"},
}};
// Replication: the server sends for ever.
constexpr std::uint8_t kBinlogDump = 0x12;
constexpr std::uint8_t kBinlogDumpGtid = 0x1e;

const Command* find_command(std::uint8_t code) {
  for (const Command& command : kCommands)
    if (command.code == code) return &command;
  return nullptr;
}

/// A packet's header, byte by byte, lowest first; true when it is whole. `remaining` then has the
/// content's length, `mark` the packet's number.
bool add_header_byte(Cursor& cursor, char c) {
  if (cursor.pending == 3) {
    cursor.mark = std::uint8_t(c);
    cursor.pending = 0;
    return true;
  }
  cursor.remaining |= std::uint64_t(std::uint8_t(c)) << (8 * cursor.pending++);
  return false;
}

/// The end of a packet; a command ends with a packet that is not full.
void end_packet(Cursor& cursor, Exchange& exchange) {
  const bool command = cursor.length == 1;
  const bool full = cursor.length == 2;
  const std::uint16_t operation = cursor.operation;
  const std::uint8_t form = cursor.form;
  cursor = Cursor{};
  if (command) exchange.request(operation, form);
  if (full) {
    cursor.operation = operation;
    cursor.form = form;
    cursor.length = 3;  // the next packet is more of the same
  }
}

/// The command's code. Lost: none that is known.
Reading take_command(Cursor& cursor, std::uint8_t code, Exchange& exchange) {
  if (code == kBinlogDump || code == kBinlogDumpGtid) return Reading::Over;
  const Command* command = find_command(code);
  if (command == nullptr) return Reading::Lost;
  cursor.operation = exchange.operation(command->name, "");
  cursor.form = command->form;
  cursor.length = cursor.remaining == kLongest ? 2 : 1;
  return Reading::InStep;
}

Reading take_hello(Cursor& cursor, std::uint32_t abilities) {
  if ((abilities & kTls) != 0 && cursor.remaining == 28) return Reading::Encrypted;
  if ((abilities & (kCompress | kZstd)) != 0) return Reading::Over;
  return Reading::InStep;
}

/// A whole header of the client's.
void take_header(Cursor& cursor) {
  if (cursor.length == 3) {
    cursor.length = cursor.remaining == kLongest ? 2 : 1;
    cursor.state = kContent;
  } else if (cursor.mark == 0) {
    cursor.state = kFirst;
  } else {
    // Number 1 answers the greeting; the others are more of a handshake or a file.
    cursor.state = cursor.mark == 1 && cursor.remaining >= 32 ? kHello : kContent;
  }
}

Reading step_request(Cursor& cursor, char c, Exchange& exchange) {
  switch (State(cursor.state)) {
    case kHeader:
      if (add_header_byte(cursor, c)) take_header(cursor);
      return Reading::InStep;
    case kFirst: {
      if (cursor.remaining == 0) return Reading::Lost;
      const Reading reading = take_command(cursor, std::uint8_t(c), exchange);
      --cursor.remaining;
      cursor.state = kContent;
      return reading;
    }
    case kHello: {
      // `word` holds the abilities' bytes until they are whole.
      cursor.word[cursor.pending++] = c;
      --cursor.remaining;
      if (cursor.pending < 4) return Reading::InStep;
      std::uint32_t abilities = 0;
      for (std::size_t i = 0; i < 4; ++i)
        abilities |= std::uint32_t(std::uint8_t(cursor.word[i])) << (8 * i);
      cursor.state = kContent;
      return take_hello(cursor, abilities);
    }
    default:
      return Reading::Lost;
  }
}

}  // namespace

bool begins(std::string_view payload) {
  if (payload.size() < kHeaderBytes + 1 || payload[3] != 0) return false;
  const auto byte = [&](std::size_t at) { return std::uint32_t(std::uint8_t(payload[at])); };
  const std::uint32_t length = byte(0) | byte(1) << 8 | byte(2) << 16;
  return length > 0 && find_command(std::uint8_t(payload[4])) != nullptr &&
         length + kHeaderBytes >= payload.size();
}

bool greets(std::string_view payload) {
  if (payload.size() < 8 || payload[3] != 0 || payload[4] != 10) return false;
  // A version such as "8.0.36" or "5.5.5-10.11.4-MariaDB" follows.
  return payload[5] >= '1' && payload[5] <= '9' && (payload[6] == '.' || payload[7] == '.');
}

Reading read_requests(Cursor& cursor, Input& input, Exchange& exchange) {
  while (true) {
    if (cursor.state == kContent) {
      cursor.remaining -= input.skip(cursor.remaining);
      if (cursor.remaining == 0) end_packet(cursor, exchange);
    }
    if (input.done()) return Reading::InStep;
    if (!input.visible()) return Reading::Lost;
    if (const Reading reading = step_request(cursor, input.next(), exchange);
        reading != Reading::InStep)
      return reading;
  }
}

// Of an answer only its first packet is read: what a result holds is not ours.
Reading read_answers(Cursor& cursor, Input& input, Exchange& exchange) {
  if (exchange.awaited() == kNothingAwaited) {
    input.skip_all();
    cursor = Cursor{};
    return Reading::InStep;
  }
  while (!input.done()) {
    if (cursor.state == kUntilTurn) cursor = Cursor{};
    if (!input.visible()) return Reading::Lost;
    const char c = input.next();
    exchange.answer_begins();
    if (cursor.state == kHeader) {
      if (add_header_byte(cursor, c)) cursor.state = kFirst;
      if (cursor.state == kFirst && cursor.mark != 1) return Reading::Lost;
      continue;
    }
    exchange.answer_ends(std::uint8_t(c) == 0xff ? Outcome::Error : Outcome::Ok);
    input.skip_all();
    cursor = Cursor{};
  }
  return Reading::InStep;
}

}  // namespace lapwing::collectors::latency::mysql
