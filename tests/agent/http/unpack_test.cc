#include "agent/http/unpack.h"

#include <catch2/catch.hpp>

#include <brotli/encode.h>
#include <zlib.h>

using namespace lapwing;
using namespace lapwing::http;

namespace {

std::string deflated(const std::string& text) {
  z_stream stream{};
  ::deflateInit2(&stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(text.size() + 100, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = uInt(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = uInt(out.size());
  ::deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

std::string brotli(const std::string& text) {
  std::string out(text.size() + 1000, '\0');
  std::size_t size = out.size();
  BrotliEncoderCompress(5, 22, BROTLI_MODE_GENERIC, text.size(),
                        reinterpret_cast<const std::uint8_t*>(text.data()), &size,
                        reinterpret_cast<std::uint8_t*>(out.data()));
  out.resize(size);
  return out;
}

}  // namespace

TEST_CASE("unpack: raw DEFLATE and brotli come out as they went in") {
  for (const std::size_t size : {0u, 1u, 100'000u}) {
    const std::string text(size, 'x');
    CHECK(*inflate(deflated(text), 100'000) == text);
    CHECK(*unbrotli(brotli(text), 100'000) == text);
  }
}

TEST_CASE("unpack: damaged, cut and too large streams are Corrupt") {
  const std::string text(100'000, 'x');
  for (auto* const unpack : {&http::inflate, &http::unbrotli}) {
    const std::string packed = unpack == &http::inflate ? deflated(text) : brotli(text);
    CHECK(unpack(packed, 99'999).error().kind == ErrorKind::Corrupt);
    CHECK(unpack(packed.substr(0, packed.size() / 2), 200'000).error().kind == ErrorKind::Corrupt);
    CHECK(unpack("", 10).error().kind == ErrorKind::Corrupt);
    CHECK_FALSE(unpack("\xff\xff\xff", 10));
  }
}
