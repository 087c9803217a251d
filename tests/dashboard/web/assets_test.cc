// What the binary serves as its page: names, types and compression of the embedded files.
#include "dashboard/web/assets.h"

#include <set>
#include <string>

#include <catch2/catch.hpp>

namespace lapwing::dashboard {
namespace {

const Asset* find(std::string_view prefix, std::string_view suffix) {
  for (const Asset& asset : assets()) {
    if (asset.path.starts_with(prefix) && asset.path.ends_with(suffix)) return &asset;
  }
  return nullptr;
}

TEST_CASE("assets: the page, its script, its style and its icon are there") {
  REQUIRE(assets().size() == 4);
  REQUIRE(find("/", "/") != nullptr);
  CHECK(find("/", "/")->content_type == "text/html; charset=utf-8");
  REQUIRE(find("/app.", ".js") != nullptr);
  CHECK(find("/app.", ".js")->content_type == "text/javascript; charset=utf-8");
  REQUIRE(find("/app.", ".css") != nullptr);
  REQUIRE(find("/favicon.svg", "") != nullptr);
}

TEST_CASE("assets: script and style are named by their content") {
  for (const std::string suffix : {".js", ".css"}) {
    const Asset* asset = find("/app.", suffix);
    REQUIRE(asset != nullptr);
    CHECK(asset->path == "/app." + std::string(asset->etag) + suffix);
  }
}

TEST_CASE("assets: each is one gzip member and has an etag of its own") {
  std::set<std::string_view> etags;
  for (const Asset& asset : assets()) {
    REQUIRE(asset.gzipped_bytes.size() > 18);
    CHECK(asset.gzipped_bytes.substr(0, 3) == std::string_view("\x1f\x8b\x08", 3));
    CHECK(asset.etag.size() == 16);
    etags.insert(asset.etag);
  }
  CHECK(etags.size() == assets().size());
}

TEST_CASE("assets: the first load stays within 120 kB") {
  std::size_t total = 0;
  for (const Asset& asset : assets()) total += asset.gzipped_bytes.size();
  CHECK(total > 10'000);
  CHECK(total <= 120'000);
}

}  // namespace
}  // namespace lapwing::dashboard
