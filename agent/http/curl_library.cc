// Source of truth: libcurl's ABI 4, stable since 2006 (https://curl.se/libcurl/abi.html).
#include "agent/http/curl_library.h"

#include <dlfcn.h>

#include <string>

namespace lapwing::http {
namespace {

/// Looks one function up; remembers the first name that is missing.
template <typename Function>
void find(void* library, const char* name, Function& function, std::string& missing) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  if (function == nullptr && missing.empty()) missing = name;
}

}  // namespace

Result<CurlLibrary> load_curl() {
  void* const library = ::dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* const why = ::dlerror();
    return unavailable(std::string("cannot load libcurl (package libcurl4): ") +
                       (why == nullptr ? "" : why));
  }
  CurlLibrary curl{};
  std::string missing;
  find(library, "curl_global_init", curl.global_init, missing);
  find(library, "curl_easy_init", curl.easy_init, missing);
  find(library, "curl_easy_setopt", curl.easy_setopt, missing);
  find(library, "curl_easy_getinfo", curl.easy_getinfo, missing);
  find(library, "curl_easy_cleanup", curl.easy_cleanup, missing);
  find(library, "curl_easy_strerror", curl.easy_strerror, missing);
  find(library, "curl_slist_append", curl.slist_append, missing);
  find(library, "curl_slist_free_all", curl.slist_free_all, missing);
  find(library, "curl_multi_init", curl.multi_init, missing);
  find(library, "curl_multi_setopt", curl.multi_setopt, missing);
  find(library, "curl_multi_add_handle", curl.multi_add_handle, missing);
  find(library, "curl_multi_remove_handle", curl.multi_remove_handle, missing);
  find(library, "curl_multi_perform", curl.multi_perform, missing);
  find(library, "curl_multi_poll", curl.multi_poll, missing);
  find(library, "curl_multi_wakeup", curl.multi_wakeup, missing);
  find(library, "curl_multi_info_read", curl.multi_info_read, missing);
  find(library, "curl_multi_cleanup", curl.multi_cleanup, missing);
  if (!missing.empty()) return unavailable("libcurl is too old: it lacks " + missing);
  if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return unavailable("libcurl cannot be initialised");
  return curl;
}

}  // namespace lapwing::http
