// HttpAccess: puts into requests what HttpOptions say: authorisation, headers, TLS, proxy. Secrets
// in files are read again when the file changes.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/http/client.h"
#include "collectors/scrape/http_options.h"

namespace lapwing::collectors::scrape {

/// Sends a request; `done` is called once, on any thread. http::Client::send in the agent.
using Send = std::function<void(http::ClientRequest, http::ClientCallback)>;

/// Used by one thread at a time.
class HttpAccess {
 public:
  struct Surroundings {
    const Clock& clock;
    Send send;  ///< for OAuth 2.0 tokens
  };

  HttpAccess(HttpOptions options, Surroundings surroundings);
  ~HttpAccess();

  /// Unavailable when a file cannot be read or no token is at hand yet: this request cannot go.
  Result<void> prepare(http::ClientRequest& request);

 private:
  class Token;
  struct CachedFile {
    std::string content;
    std::chrono::nanoseconds looked_at{-1};
    std::int64_t changed_nanos = -1;
    std::int64_t size = -1;
    std::uint64_t inode = 0;
  };

  Result<std::string> text_of(const TextOrFile& text);
  Result<void> authorize(http::ClientRequest& request);
  Result<void> add_headers(http::ClientRequest& request);
  Result<void> add_token(http::ClientRequest& request);

  const HttpOptions options_;
  const std::shared_ptr<const http::TlsOptions> tls_;
  const std::shared_ptr<const http::ProxyOptions> proxy_;
  const Surroundings surroundings_;
  std::map<std::string, CachedFile, std::less<>> files_;
  std::shared_ptr<Token> token_;
};

}  // namespace lapwing::collectors::scrape
