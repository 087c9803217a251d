#include "collectors/host/dbus_message.h"

#include <bit>
#include <cstring>

namespace lapwing::collectors::host::dbus {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr char kLittleEndian = 'l';
constexpr char kVersion = 1;
// Whoever only looks must start nothing: without an owner of the name the call fails.
constexpr char kNoAutoStart = 2;
constexpr std::size_t kFieldsLimitBytes = 64u << 20;  // the specification's limit of an array

enum Field : char {
  kPath = 1,
  kInterface,
  kMember,
  kErrorName,
  kReplySerial,
  kDestination,
  kSender,
  kSignature
};

std::size_t aligned(std::size_t position, std::size_t bytes) {
  return (position + bytes - 1) / bytes * bytes;
}

void pad(std::string& out, std::size_t bytes) { out.resize(aligned(out.size(), bytes)); }

void append_u32(std::string& out, std::uint32_t value) {
  pad(out, 4);
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

void append_string(std::string& out, std::string_view text) {
  append_u32(out, std::uint32_t(text.size()));
  out.append(text) += '\0';
}

void append_signature(std::string& out, std::string_view text) {
  out += char(text.size());
  out.append(text) += '\0';
}

void append_field(std::string& out, Field field, std::string_view type, std::string_view value) {
  pad(out, 8);
  out += field;
  append_signature(out, type);
  if (type == "g")
    append_signature(out, value);
  else
    append_string(out, value);
}

std::uint32_t u32_at(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

}  // namespace

std::string encode_call(std::uint32_t serial, const Call& call,
                        std::initializer_list<std::string_view> arguments) {
  std::string body;
  for (const std::string_view argument : arguments) append_string(body, argument);
  std::string out{kLittleEndian, char(MessageType::Call), kNoAutoStart, kVersion};
  append_u32(out, std::uint32_t(body.size()));
  append_u32(out, serial);
  append_u32(out, 0);  // the fields' length, below
  append_field(out, kPath, "o", call.path);
  append_field(out, kInterface, "s", call.interface);
  append_field(out, kMember, "s", call.member);
  append_field(out, kDestination, "s", call.destination);
  if (arguments.size() > 0) append_field(out, kSignature, "g", std::string(arguments.size(), 's'));
  const auto fields = std::uint32_t(out.size() - kPrefixBytes);
  std::memcpy(out.data() + kPrefixBytes - sizeof fields, &fields, sizeof fields);
  pad(out, 8);
  return out + body;
}

Result<std::size_t> message_bytes(std::string_view prefix) {
  if (prefix.size() < kPrefixBytes) return invalid("the beginning of a D-Bus message is cut short");
  if (prefix[0] != kLittleEndian || prefix[3] != kVersion)
    return invalid("not a little-endian D-Bus message of version 1");
  const std::size_t body = u32_at(prefix, 4);
  const std::size_t fields = u32_at(prefix, 12);
  if (fields > kFieldsLimitBytes || body > kMessageLimitBytes ||
      aligned(kPrefixBytes + fields, 8) + body > kMessageLimitBytes)
    return invalid("a D-Bus message is larger than " + std::to_string(kMessageLimitBytes) +
                   " bytes");
  return aligned(kPrefixBytes + fields, 8) + body;
}

Result<Message> parse_message(std::string_view bytes) {
  const auto length = message_bytes(bytes.substr(0, kPrefixBytes));
  if (!length) return length.error();
  if (*length != bytes.size()) return invalid("a D-Bus message is not as long as it says");
  Message message;
  message.type = MessageType(bytes[1]);
  const std::size_t fields_end = kPrefixBytes + u32_at(bytes, 12);
  message.body = bytes.substr(aligned(fields_end, 8));
  // Alignment counts from the message's beginning, which is where the reader begins.
  BodyReader reader(bytes.substr(0, fields_end));
  for (int i = 0; i < 4; ++i) reader.u32();
  while (reader.position() < fields_end && !reader.failed()) {
    reader.align(8);
    const std::size_t at = reader.position();
    if (at >= fields_end) break;
    const char field = bytes[at];
    // The field's byte, the signature of its value ("\1s\0"), the value.
    reader.skip_to(at + 1);
    const std::string_view type = reader.signature();
    if (reader.failed()) break;
    if (type == "u") {
      const std::uint32_t number = reader.u32();
      if (field == kReplySerial) message.reply_serial = number;
    } else if (type == "g") {
      const std::string_view text = reader.signature();
      if (field == kSignature) message.signature = text;
    } else if (type == "s" || type == "o") {
      const std::string_view text = reader.string();
      if (field == kErrorName) message.error_name = text;
    } else {
      return invalid("a field of a D-Bus message has an unknown type");
    }
  }
  if (auto done = reader.done(); !done) return std::move(done).error();
  return message;
}

bool BodyReader::take(std::size_t bytes) {
  if (failed_ || at_ > body_.size() || body_.size() - at_ < bytes) {
    failed_ = true;
    return false;
  }
  at_ += bytes;
  return true;
}

void BodyReader::align(std::size_t bytes) {
  const std::size_t to = aligned(at_, bytes);
  // What ends here need not be padded.
  if (to > body_.size() && at_ == body_.size()) return;
  take(to - at_);
}

std::uint32_t BodyReader::u32() {
  align(4);
  return take(4) ? u32_at(body_, at_ - 4) : 0;
}

std::uint64_t BodyReader::u64() {
  align(8);
  if (!take(8)) return 0;
  std::uint64_t value = 0;
  std::memcpy(&value, body_.data() + at_ - 8, sizeof value);
  return value;
}

std::string_view BodyReader::string() {
  const std::size_t length = u32();
  const std::size_t from = at_;
  if (failed_ || !take(length) || !take(1)) return {};
  return body_.substr(from, length);
}

std::string_view BodyReader::signature() {
  if (!take(1)) return {};
  const auto length = std::size_t(static_cast<unsigned char>(body_[at_ - 1]));
  const std::size_t from = at_;
  if (!take(length) || !take(1)) return {};
  return body_.substr(from, length);
}

void BodyReader::skip_to(std::size_t position) {
  if (position < at_ || !take(position - at_)) failed_ = true;
}

Result<void> BodyReader::done() const {
  if (failed_) return invalid("a D-Bus message is cut short");
  return {};
}

}  // namespace lapwing::collectors::host::dbus
