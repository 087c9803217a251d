#include "collectors/probe/icmp_packet.h"

namespace lapwing::collectors::probe {
namespace {

constexpr std::size_t kHeaderBytes = 8;

std::uint16_t checksum(std::string_view bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    sum += i % 2 == 0 ? std::uint32_t(byte) << 8 : byte;
  }
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return std::uint16_t(~sum);
}

std::uint16_t u16_at(std::string_view bytes, std::size_t at) {
  return std::uint16_t(static_cast<unsigned char>(bytes[at]) << 8 |
                       static_cast<unsigned char>(bytes[at + 1]));
}

}  // namespace

std::string echo_request(const Echo& echo) {
  std::string packet;
  packet += char(echo.ip6 ? 128 : 8);
  packet.append(3, '\0');
  for (const std::uint16_t value : {echo.id, echo.sequence}) {
    packet += char(value >> 8);
    packet += char(value & 0xff);
  }
  packet += echo.payload;
  if (echo.ip6) return packet;
  const std::uint16_t sum = checksum(packet);
  packet[2] = char(sum >> 8);
  packet[3] = char(sum & 0xff);
  return packet;
}

bool is_reply_to(const Echo& echo, std::string_view packet, bool any_id) {
  if (packet.size() < kHeaderBytes) return false;
  const int type = static_cast<unsigned char>(packet[0]);
  return type == (echo.ip6 ? 129 : 0) && packet[1] == 0 &&
         (any_id || u16_at(packet, 4) == echo.id) && u16_at(packet, 6) == echo.sequence &&
         packet.substr(kHeaderBytes) == echo.payload;
}

std::string_view without_ip4_header(std::string_view packet) {
  if (packet.empty()) return {};
  const std::size_t size = std::size_t(packet[0] & 0xf) * 4;
  return size > packet.size() ? std::string_view() : packet.substr(size);
}

std::string echo_payload(std::size_t size) {
  constexpr std::string_view kMark = "Lapwing asks whether you are there";
  if (size == 0) return std::string(kMark);
  std::string payload(kMark.substr(0, size));
  payload.resize(size, '\0');
  return payload;
}

}  // namespace lapwing::collectors::probe
