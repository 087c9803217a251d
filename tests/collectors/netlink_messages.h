// Netlink messages as sock_diag gives them, for tests.
#pragma once

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>

#include <cstring>
#include <span>
#include <vector>

namespace lapwing::testing {

using NetlinkBytes = std::vector<std::byte>;

inline void append_bytes(NetlinkBytes& to, const NetlinkBytes& more) {
  to.insert(to.end(), more.begin(), more.end());
}

inline NetlinkBytes netlink_message(std::uint16_t type, const NetlinkBytes& body) {
  NetlinkBytes bytes(NLMSG_SPACE(body.size()));
  nlmsghdr header{};
  header.nlmsg_len = std::uint32_t(NLMSG_LENGTH(body.size()));
  header.nlmsg_type = type;
  std::memcpy(bytes.data(), &header, sizeof header);
  if (!body.empty()) std::memcpy(bytes.data() + NLMSG_HDRLEN, body.data(), body.size());
  return bytes;
}

template <typename Value>
NetlinkBytes netlink_bytes(const Value& value) {
  NetlinkBytes bytes(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

inline NetlinkBytes netlink_attribute(std::uint16_t type, const NetlinkBytes& value) {
  NetlinkBytes bytes(RTA_SPACE(value.size()));
  rtattr header{};
  header.rta_len = std::uint16_t(RTA_LENGTH(value.size()));
  header.rta_type = type;
  std::memcpy(bytes.data(), &header, sizeof header);
  if (!value.empty()) std::memcpy(bytes.data() + RTA_LENGTH(0), value.data(), value.size());
  return bytes;
}

}  // namespace lapwing::testing
