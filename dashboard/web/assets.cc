// The table of embedded files: build.mjs writes its rows (assets.inc), embedded.S holds the bytes.
#include "dashboard/web/assets.h"

#include <array>
#include <cstddef>

extern "C" {
#define LAPWING_ASSET(symbol, path, type, etag) \
  extern const char lapwing_web_##symbol[];     \
  extern const char lapwing_web_##symbol##_end[];
#include "assets.inc"
#undef LAPWING_ASSET
}

namespace lapwing::dashboard {
namespace {

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

std::span<const Asset> assets() {
  static const std::array kAssets = {
#define LAPWING_ASSET(symbol, path, type, etag) \
  Asset{path, type, between(lapwing_web_##symbol, lapwing_web_##symbol##_end), etag},
#include "assets.inc"
#undef LAPWING_ASSET
  };
  return kAssets;
}

}  // namespace lapwing::dashboard
