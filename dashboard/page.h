// The page's files as responses: entity tags, caching, and the headers that keep foreign code out.
#pragma once

#include <string_view>

#include "agent/http/message.h"
#include "dashboard/web/assets.h"

namespace lapwing::dashboard {

/// 200 with the file, or 304 when the request has it already. Any thread.
http::Response asset_response(const Asset& asset, const http::Request& request);

/// Whether the path holds the hash of its content ("/app.1f00ba47.js"), so that what it names
/// never changes.
bool is_hashed_path(std::string_view path);

}  // namespace lapwing::dashboard
