// Targets that an HTTP server lists (http_sd_configs): the request and what its answer means.
#pragma once

#include <string_view>
#include <vector>

#include "agent/http/client.h"
#include "collectors/scrape/discovery/group.h"
#include "collectors/scrape/discovery/options.h"

namespace lapwing::collectors::scrape {

/// The request, but for what HttpAccess adds.
http::ClientRequest lookup_request(const HttpDiscovery& options);

/// The groups of an answer, `__meta_url` set. Invalid for any status but 200, for another
/// Content-Type than application/json, and for a body that is no list of groups.
Result<std::vector<TargetGroup>> read_lookup_answer(const HttpDiscovery& options,
                                                    const http::ClientResponse& answer);

}  // namespace lapwing::collectors::scrape
