// The built-in page as it is served: a handful of files, gzip-compressed at build time.
// Source of truth: build.mjs, which names the files. What answers requests is elsewhere.
#pragma once

#include <span>
#include <string_view>

namespace lapwing::dashboard {

struct Asset {
  std::string_view path;           ///< "/", "/app.<hash>.js", "/app.<hash>.css", "/favicon.svg"
  std::string_view content_type;   ///< with charset where it is text
  std::string_view gzipped_bytes;  ///< one gzip member; it is never empty
  std::string_view etag;           ///< hash of the uncompressed content, hex, without quotes
};

/// Every file of the page. The bytes are part of the program and live as long as it runs.
/// A path that holds the content's hash may be cached for ever; the others by their etag.
/// Any thread may call it.
std::span<const Asset> assets();

}  // namespace lapwing::dashboard
