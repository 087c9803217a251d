// What a D-Bus daemon would send: values and answers as bytes, for tests of those who read them.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace lapwing::testing {

inline void pad(std::string& out, std::size_t bytes) {
  out.resize((out.size() + bytes - 1) / bytes * bytes);
}
inline void put_u32(std::string& out, std::uint32_t value) {
  pad(out, 4);
  char bytes[4];
  std::memcpy(bytes, &value, sizeof bytes);
  out.append(bytes, sizeof bytes);
}
inline void put_string(std::string& out, std::string_view text) {
  put_u32(out, std::uint32_t(text.size()));
  out.append(text) += '\0';
}

/// A message of type 2 (return) or 3 (error) that answers the call with this serial.
inline std::string answer(char type, std::uint32_t serial, std::string_view body,
                          std::string_view error_name = {}) {
  std::string out{'l', type, 0, 1};
  put_u32(out, std::uint32_t(body.size()));
  put_u32(out, 1000 + serial);
  put_u32(out, 0);
  out.append("\x05\x01u\0", 4);  // REPLY_SERIAL
  put_u32(out, serial);
  if (!error_name.empty()) {
    pad(out, 8);
    out.append("\x04\x01s\0", 4);  // ERROR_NAME
    put_string(out, error_name);
  }
  const auto fields = std::uint32_t(out.size() - 16);
  std::memcpy(out.data() + 12, &fields, sizeof fields);
  pad(out, 8);
  return out.append(body);
}

/// The body of an answer with one text in a variant, as a property is.
inline std::string text_property(std::string_view text) {
  std::string body("\x01s\0", 3);
  put_string(body, text);
  return body;
}
inline std::string number_property(std::uint32_t value) {
  std::string body("\x01u\0", 3);
  put_u32(body, value);
  return body;
}

}  // namespace lapwing::testing
