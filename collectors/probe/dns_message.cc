#include "collectors/probe/dns_message.h"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

namespace lapwing::collectors::probe {
namespace {

constexpr std::size_t kNameLimit = 255;
constexpr std::size_t kLabelLimit = 63;
constexpr int kPointerLimit = 64;

struct Named {
  std::string_view name;
  std::uint16_t number;
};
constexpr std::array kTypes = std::to_array<Named>({
    {"A", 1},      {"NS", 2},       {"CNAME", 5},  {"SOA", 6},         {"NULL", 10},
    {"PTR", 12},   {"HINFO", 13},   {"MX", 15},    {"TXT", 16},        {"RP", 17},
    {"AFSDB", 18}, {"AAAA", 28},    {"LOC", 29},   {"SRV", 33},        {"NAPTR", 35},
    {"DNAME", 39}, {"OPT", 41},     {"DS", 43},    {"SSHFP", 44},      {"RRSIG", 46},
    {"NSEC", 47},  {"DNSKEY", 48},  {"NSEC3", 50}, {"NSEC3PARAM", 51}, {"TLSA", 52},
    {"CDS", 59},   {"CDNSKEY", 60}, {"SVCB", 64},  {"HTTPS", 65},      {"SPF", 99},
    {"ANY", 255},  {"URI", 256},    {"CAA", 257},
});
constexpr std::array kClasses =
    std::to_array<Named>({{"IN", 1}, {"CS", 2}, {"CH", 3}, {"HS", 4}, {"NONE", 254}, {"ANY", 255}});
constexpr std::array kRcodes = std::to_array<Named>(
    {{"NOERROR", 0},  {"FORMERR", 1},  {"SERVFAIL", 2}, {"NXDOMAIN", 3},  {"NOTIMP", 4},
     {"REFUSED", 5},  {"YXDOMAIN", 6}, {"YXRRSET", 7},  {"NXRRSET", 8},   {"NOTAUTH", 9},
     {"NOTZONE", 10}, {"BADSIG", 16},  {"BADVERS", 16}, {"BADKEY", 17},   {"BADTIME", 18},
     {"BADMODE", 19}, {"BADNAME", 20}, {"BADALG", 21},  {"BADTRUNC", 22}, {"BADCOOKIE", 23}});

std::optional<std::uint16_t> number_of(const auto& table, std::string_view name) {
  for (const Named& known : table)
    if (known.name == name) return known.number;
  return std::nullopt;
}

std::string name_of(const auto& table, std::uint16_t number, std::string_view otherwise) {
  for (const Named& known : table)
    if (known.number == number) return std::string(known.name);
  return fmt::format("{}{}", otherwise, number);
}

void append_u16(std::string& out, std::uint16_t value) {
  out += char(value >> 8);
  out += char(value & 0xff);
}

/// Reads a message; after the first failure everything is zero.
class Reader {
 public:
  explicit Reader(std::string_view message) : message_(message) {}

  bool failed() const { return failed_; }
  std::size_t at() const { return at_; }
  /// Goes on behind what a length says; to have read past it is damage.
  void leave(std::size_t end) {
    failed_ = failed_ || at_ > end;
    at_ = end;
  }

  std::uint8_t u8() {
    if (at_ >= message_.size()) {
      failed_ = true;
      return 0;
    }
    return std::uint8_t(message_[at_++]);
  }
  std::uint16_t u16() {
    const std::uint16_t high = u8();
    return std::uint16_t(high << 8 | u8());
  }
  std::uint32_t u32() {
    const std::uint32_t high = u16();
    return high << 16 | u16();
  }
  std::string_view bytes(std::size_t count) {
    if (at_ > message_.size() || count > message_.size() - at_) {
      failed_ = true;
      return {};
    }
    const std::string_view found = message_.substr(at_, count);
    at_ += count;
    return found;
  }
  std::string name();

 private:
  std::string_view message_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

std::string Reader::name() {
  std::string text;
  std::size_t back = 0;
  for (int pointers = 0; !failed_;) {
    const std::uint8_t length = u8();
    if (length == 0) break;
    if ((length & 0xc0) == 0xc0) {
      const std::size_t target = std::size_t(length & 0x3f) << 8 | u8();
      if (back == 0) back = at_;
      at_ = target;
      failed_ = failed_ || ++pointers > kPointerLimit;
      continue;
    }
    failed_ = failed_ || length > kLabelLimit || text.size() + length > 4 * kNameLimit;
    for (const char c : bytes(length)) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte <= ' ' || byte >= 0x7f)
        text += fmt::format("\\{:03}", byte);
      else if (std::string_view(".();\"\\@$").find(c) != std::string_view::npos)
        text.append("\\").append(1, c);
      else
        text += c;
    }
    text += '.';
  }
  if (back != 0) at_ = back;
  return text.empty() ? "." : text;
}

/// Printable ASCII as it is, other bytes by number (RFC 1035, 5.1).
std::string escaped(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      text.append("\\").append(1, c);
    else if (byte < ' ' || byte >= 0x7f)
      text += fmt::format("\\{:03}", byte);
    else
      text += c;
  }
  return text;
}

std::string quoted(std::string_view bytes) { return '"' + escaped(bytes) + '"'; }

std::string strings_until(Reader& reader, std::size_t end) {
  std::string text;
  while (reader.at() < end && !reader.failed()) {
    if (!text.empty()) text += ' ';
    text += quoted(reader.bytes(reader.u8()));
  }
  return text;
}

std::string address_text(int family, std::string_view bytes) {
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (bytes.empty()) return {};  // It breaks off.
  ::inet_ntop(family, bytes.data(), out.data(), out.size());
  return out.data();
}

std::string soa_text(Reader& reader, DnsRecord& record) {
  const std::string server = reader.name();
  const std::string mailbox = reader.name();
  record.serial = reader.u32();
  std::string text = fmt::format("{} {} {}", server, mailbox, *record.serial);
  for (int i = 0; i < 4; ++i) text += fmt::format(" {}", reader.u32());
  return text;
}

std::string data_text(Reader& reader, DnsRecord& record, std::size_t size) {
  const std::size_t end = reader.at() + size;
  switch (size == 0 ? 0 : record.type) {
    case 1:
      if (size == 4) return address_text(AF_INET, reader.bytes(4));
      break;
    case 28:
      if (size == 16) return address_text(AF_INET6, reader.bytes(16));
      break;
    case 2:
    case 5:
    case 12:
    case 39:
      return reader.name();
    case kDnsTypeSoa:
      return soa_text(reader, record);
    case 15: {
      const unsigned preference = reader.u16();
      return fmt::format("{} {}", preference, reader.name());
    }
    case 33: {
      const unsigned priority = reader.u16();
      const unsigned weight = reader.u16();
      const unsigned port = reader.u16();
      return fmt::format("{} {} {} {}", priority, weight, port, reader.name());
    }
    case 13:
    case 16:
    case 99:
      return strings_until(reader, end);
    case 257: {
      const unsigned flags = reader.u8();
      const std::string tag = escaped(reader.bytes(reader.u8()));
      const std::size_t left = end > reader.at() ? end - reader.at() : 0;
      return fmt::format("{} {} {}", flags, tag, quoted(reader.bytes(left)));
    }
    default:
      break;
  }
  // RFC 3597: what is not known.
  std::string text = fmt::format("\\# {}", size);
  if (size > 0) text += ' ';
  for (const char c : reader.bytes(size))
    text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

DnsRecord read_record(Reader& reader) {
  DnsRecord record;
  const std::string name = reader.name();
  record.type = reader.u16();
  const std::uint16_t class_number = reader.u16();
  const std::uint32_t ttl = reader.u32();
  const std::size_t size = reader.u16();
  const std::size_t end = reader.at() + size;
  const std::string data = data_text(reader, record, size);
  reader.leave(end);
  record.text =
      fmt::format("{}\t{}\t{}\t{}\t{}", name, ttl, name_of(kClasses, class_number, "CLASS"),
                  name_of(kTypes, record.type, "TYPE"), data);
  return record;
}

}  // namespace

Result<std::string> dns_query(const DnsQuestion& question) {
  std::string out;
  append_u16(out, question.id);
  append_u16(out, question.recursion_desired ? 0x0100 : 0);
  append_u16(out, 1);
  out.append(6, '\0');
  std::string_view rest = question.name;
  if (rest.ends_with('.')) rest.remove_suffix(1);
  const std::size_t begin = out.size();
  while (!rest.empty()) {
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    if (dot == 0 || dot > kLabelLimit) return invalid("a name's parts have 1 to 63 bytes");
    out += char(dot);
    out.append(rest.substr(0, dot));
    const bool last = dot == rest.size();
    rest.remove_prefix(last ? dot : dot + 1);
    if (!last && rest.empty()) return invalid("a name's parts have 1 to 63 bytes");
  }
  out += '\0';
  if (out.size() - begin > kNameLimit) return invalid("a name has at most 255 bytes");
  append_u16(out, question.type);
  append_u16(out, question.class_number);
  return out;
}

Result<DnsMessage> parse_dns_message(std::string_view bytes) {
  Reader reader(bytes);
  DnsMessage message;
  message.id = reader.u16();
  const std::uint16_t flags = reader.u16();
  message.is_answer = (flags & 0x8000) != 0;
  message.rcode = flags & 0xf;
  const std::uint16_t questions = reader.u16();
  const std::array<std::uint16_t, 3> counts = {reader.u16(), reader.u16(), reader.u16()};
  for (int i = 0; i < questions && !reader.failed(); ++i) {
    reader.name();
    reader.u32();
  }
  const std::array sections = {&message.answer, &message.authority, &message.additional};
  for (std::size_t section = 0; section < sections.size(); ++section)
    for (int i = 0; i < counts[section] && !reader.failed(); ++i)
      sections[section]->push_back(read_record(reader));
  if (reader.failed() || reader.at() > bytes.size())
    return invalid("the DNS message breaks off or is damaged");
  return message;
}

std::optional<std::uint16_t> dns_type_of(std::string_view name) { return number_of(kTypes, name); }
std::optional<std::uint16_t> dns_class_of(std::string_view name) {
  return number_of(kClasses, name);
}
std::optional<int> dns_rcode_of(std::string_view name) {
  const auto number = number_of(kRcodes, name);
  return number ? std::optional<int>(*number) : std::nullopt;
}
std::string dns_rcode_text(int rcode) { return name_of(kRcodes, std::uint16_t(rcode), ""); }

}  // namespace lapwing::collectors::probe
