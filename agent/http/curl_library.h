// CurlLibrary: libcurl's functions, loaded with dlopen(3) when they are first needed: libcurl and
// the 40 libraries behind it cost 4 MB of memory, and an agent that calls nobody needs none of it.
// curl.h is used for types and constants alone; nothing is linked.
#pragma once

#include <curl/curl.h>

#include "agent/base/result.h"

namespace lapwing::http {

struct CurlLibrary {
  decltype(&::curl_global_init) global_init;
  decltype(&::curl_easy_init) easy_init;
  decltype(&::curl_easy_setopt) easy_setopt;
  decltype(&::curl_easy_getinfo) easy_getinfo;
  decltype(&::curl_easy_cleanup) easy_cleanup;
  decltype(&::curl_easy_strerror) easy_strerror;
  decltype(&::curl_slist_append) slist_append;
  decltype(&::curl_slist_free_all) slist_free_all;
  decltype(&::curl_multi_init) multi_init;
  decltype(&::curl_multi_setopt) multi_setopt;
  decltype(&::curl_multi_add_handle) multi_add_handle;
  decltype(&::curl_multi_remove_handle) multi_remove_handle;
  decltype(&::curl_multi_perform) multi_perform;
  decltype(&::curl_multi_poll) multi_poll;
  decltype(&::curl_multi_wakeup) multi_wakeup;
  decltype(&::curl_multi_info_read) multi_info_read;
  decltype(&::curl_multi_cleanup) multi_cleanup;
};

/// Unavailable when libcurl is not installed or too old. It is never unloaded: OpenSSL inside it
/// leaves exit handlers behind. Any thread; loading again is cheap.
Result<CurlLibrary> load_curl();

}  // namespace lapwing::http
